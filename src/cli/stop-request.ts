import { printError } from '../terminal/print-error.ts'

/**
 * After a first signal, a second one is ignored for this time (milliseconds), because npm forwards the Ctrl-C
 * that the terminal has already sent.
 */
const echoMilliseconds = 500

/** A stop signal (SIGTERM or SIGINT), and the time limit for everything that the process does after it. */
export type StopRequest = {
  readonly requested: Promise<void>
  readonly isRequested: () => boolean
  /** Is aborted at the first stop signal. */
  readonly signal: AbortSignal
  /**
   * Returns `work`. If the time limit is over before `work` has ended, a message prints `name` as still
   * running.
   */
  readonly track: <A>(name: string, work: Promise<A>) => Promise<A>
}

/**
 * Listens for stop signals. After the first one the process runs for at most `limitSeconds`. After that time,
 * the process prints the names of the work that has not ended, and exits with code 1. A second signal ends
 * the process at once, with code 130.
 */
export const listenForStop = (limitSeconds: () => number): StopRequest => {
  const pendingNames: string[] = []
  const stopping = new AbortController()
  let isRequested = false

  const giveUp = (seconds: number) => {
    printError(`ended after ${seconds} s without waiting any longer for: ${pendingNames.at(-1)}`)
    process.exit(1)
  }

  const requested = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => {
        process.on(signal, () => undefined)
        // A second Ctrl-C means that the user does not want to wait, so the process exits at once.
        setTimeout(() => process.once(signal, () => process.exit(130)), echoMilliseconds).unref()
        if (isRequested) return
        isRequested = true
        stopping.abort()
        const seconds = limitSeconds()
        setTimeout(giveUp, seconds * 1000, seconds)
        resolve()
      })
  })

  return {
    requested,
    isRequested: () => isRequested,
    signal: stopping.signal,
    track: (name, work) => {
      pendingNames.push(name)
      return work.finally(() => pendingNames.splice(pendingNames.lastIndexOf(name), 1))
    },
  }
}
