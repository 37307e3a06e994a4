import type { BackgroundTask, BackgroundWork } from '../domain/background/background-work.ts'
import type { Terminal } from '../terminal/terminal.ts'

export type StoppableTasks = {
  /**
   * Starts the background work. After a call of `stop`, resolves when all work has ended or the limit of
   * `stop` is exceeded. Never rejects.
   */
  readonly run: () => Promise<void>
  /**
   * Aborts running work, and waits for at most `limitMs` until it has ended. Another worker, or the next start,
   * continues aborted work.
   */
  readonly stop: (limitMs: number) => Promise<void>
}

/** Creates background work that begins with the task `first`, which starts the others. */
export const createStoppableTasks = (
  background: Pick<BackgroundWork, 'start' | 'stop'>,
  terminal: Terminal,
  first: BackgroundTask,
): StoppableTasks => {
  let resolveStopped = (): void => {}
  const stopped = new Promise<void>((resolve) => {
    resolveStopped = resolve
  })
  return {
    run: async () => {
      background.start(first)
      await stopped
    },
    stop: async (limitMs) => {
      terminal.close()
      await background.stop(limitMs)
      resolveStopped()
    },
  }
}
