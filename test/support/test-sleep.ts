import type { Sleep } from '../../src/ports/sleep.ts'

type Sleeper = { readonly milliseconds: number; readonly wake: () => void }

/** A Sleep that uses no clock: each caller sleeps until the test wakes it. */
export const createTestSleep = () => {
  const sleepers: Sleeper[] = []
  let onSleep = (): void => {}

  const sleep: Sleep = (milliseconds, signal) =>
    new Promise((resolve) => {
      const wake = () => {
        const index = sleepers.indexOf(sleeper)
        if (index >= 0) sleepers.splice(index, 1)
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
    /** Waits for the next sleeper, wakes it, and returns its duration (ms). */
    next: async (): Promise<number> => {
      if (sleepers.length === 0)
        await new Promise<void>((resolve) => {
          onSleep = resolve
        })
      const [first] = sleepers
      first?.wake()
      return first?.milliseconds ?? Number.NaN
    },
    /** Waits until `holds` is true, without waking a sleeper. */
    idle,
  }
}
