import { printError } from '../terminal/print-error.ts'

/** npm hands on to us the Ctrl-C that the terminal has sent to us already: what comes so soon is the same one. */
const echoMilliseconds = 500

/** A request to end, by SIGTERM or SIGINT, and the bound on everything that follows it. */
export type StopRequest = {
  readonly requested: Promise<void>
  readonly isRequested: () => boolean
  /** Passes the work on; while it lasts, its name stands for what hangs. */
  readonly naming: <A>(name: string, work: Promise<A>) => Promise<A>
}

/**
 * Listens for the signals. From the first one on the process lives for `limitSeconds` at most, whatever hangs: then it
 * says what it still waited for, and exits with code 1. A second signal ends it at once, with code 130.
 */
export const listenForStop = (limitSeconds: () => number): StopRequest => {
  const waitedFor: string[] = []
  let isRequested = false

  const giveUp = (seconds: number) => {
    printError(`ended after ${seconds} s without waiting any longer for: ${waitedFor.at(-1)}`)
    process.exit(1)
  }

  const requested = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => {
        process.on(signal, () => undefined)
        // A person who asks again does not want to wait.
        setTimeout(() => process.once(signal, () => process.exit(130)), echoMilliseconds).unref()
        if (isRequested) return
        isRequested = true
        const seconds = limitSeconds()
        setTimeout(giveUp, seconds * 1000, seconds)
        resolve()
      })
  })

  return {
    requested,
    isRequested: () => isRequested,
    naming: (name, work) => {
      waitedFor.push(name)
      return work.finally(() => waitedFor.splice(waitedFor.lastIndexOf(name), 1))
    },
  }
}
