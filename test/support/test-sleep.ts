import type { Sleep } from '../../src/ports/sleep.ts'

type Sleeper = { readonly milliseconds: number; readonly wake: () => void }

/** A Sleep without a clock: each sleeper waits until the test lets it go on. */
export const createTestSleep = () => {
  const sleepers: Sleeper[] = []
  let onSleep = (): void => {}

  const sleep: Sleep = (milliseconds, signal) =>
    new Promise((resolve) => {
      const wake = () => {
        const at = sleepers.indexOf(sleeper)
        if (at >= 0) sleepers.splice(at, 1)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      const sleeper = { milliseconds, wake }
      if (signal.aborted) return resolve()
      signal.addEventListener('abort', wake, { once: true })
      sleepers.push(sleeper)
      onSleep()
    })

  const idle = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise(setImmediate)
  }

  return {
    sleep,
    /** Waits for the next sleeper, wakes it, and gives how long it wanted to sleep. */
    next: async (): Promise<number> => {
      if (sleepers.length === 0)
        await new Promise<void>((resolve) => {
          onSleep = resolve
        })
      const [first] = sleepers
      first?.wake()
      return first?.milliseconds ?? Number.NaN
    },
    /** Waits, without waking anything, until it holds. */
    idle,
  }
}
