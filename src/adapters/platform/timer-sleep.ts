import type { Sleep } from '../../ports/sleep.ts'

/** Waits for `milliseconds`, or until `signal` is aborted. Uses a timer of this process. */
export const timerSleep: Sleep = (milliseconds, signal) =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, milliseconds)
    signal.addEventListener('abort', end, { once: true })
  })
