import { printError } from '../terminal/print-error.ts'

/**
 * Time in milliseconds for which a second signal is ignored, because npm forwards the Ctrl-C that the
 * terminal has already sent.
 */
const echoMilliseconds = 500

/** A stop signal (SIGTERM or SIGINT), and the time limit for everything that follows it. */
export type StopRequest = {
  readonly requested: Promise<void>
  readonly isRequested: () => boolean
  /** Returns `work`. If the time limit is exceeded before `work` ends, `name` is reported. */
  readonly track: <A>(name: string, work: Promise<A>) => Promise<A>
}

/**
 * Listens for stop signals. After the first one the process runs for at most `limitSeconds`. Then it prints
 * what it still waits for, and exits with code 1. A second signal ends it at once, with code 130.
 */
export const listenForStop = (limitSeconds: () => number): StopRequest => {
  const pendingNames: string[] = []
  let isRequested = false

  const giveUp = (seconds: number) => {
    printError(`ended after ${seconds} s without waiting any longer for: ${pendingNames.at(-1)}`)
    process.exit(1)
  }

  const requested = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => {
        process.on(signal, () => undefined)
        // A second Ctrl-C means that the user does not want to wait.
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
    track: (name, work) => {
      pendingNames.push(name)
      return work.finally(() => pendingNames.splice(pendingNames.lastIndexOf(name), 1))
    },
  }
}
