/** The clock and the waits of this client. Tests replace them. */
export type Timers = {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Resolves after a time; rejects with the reason of the signal when it is aborted. */
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>
}

/** The longest time that `setTimeout` accepts. */
const longestTimeout = 2 ** 31 - 1

const sleep: Timers['sleep'] = (milliseconds, signal) =>
  new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason)
      return
    }
    const abort = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(
      () => {
        signal?.removeEventListener('abort', abort)
        resolve()
      },
      Math.min(milliseconds, longestTimeout),
    )
    signal?.addEventListener('abort', abort, { once: true })
  })

export const realTimers: Timers = { now: () => Date.now(), sleep }

/** Returns how long to wait before the next try, in milliseconds: twice as long each time, at most ten seconds. */
export const backOff = (failures: number): number =>
  Math.min(10_000, 500 * 2 ** failures) * (0.75 + Math.random() / 2)
