import type { Larder } from '../composition/larder.ts'
import { sampleMediaPaths } from '../composition/sample-media.ts'
import type { Config } from '../config/settings.ts'
import { createTerminal, type Terminal } from '../terminal/terminal.ts'
import { createExportsTask } from './exports-task.ts'
import { createPruneTask } from './freshness-tasks.ts'
import { createSampleTask } from './sample-task.ts'
import { createStartTask } from './start-task.ts'
import { createSweepTask } from './sweep-task.ts'

type BackgroundTasks = {
  /**
   * Starts the background work. After a call of `stop`, resolves when all work has ended or the limit of
   * `stop` is exceeded. Never rejects.
   */
  readonly run: () => Promise<void>
  /**
   * Aborts running work, and waits for at most `limitMs` until it has ended. The server continues aborted
   * work when it starts again.
   */
  readonly stop: (limitMs: number) => Promise<void>
}

/** Creates the background work of a server: migrations, unfinished exports, samples, and the sweep. */
export const createBackgroundTasks = (
  larder: Larder,
  config: Config,
  print: (line: string) => void,
  terminal: Terminal = createTerminal(print),
): BackgroundTasks => {
  const { background } = larder
  let resolveStopped = (): void => {}
  const stopped = new Promise<void>((resolve) => {
    resolveStopped = resolve
  })

  const startOthers = ({ isEmpty }: { readonly isEmpty: boolean }): void => {
    if (isEmpty && config.sampleMedia)
      for (const path of sampleMediaPaths())
        background.start(createSampleTask(larder, config, terminal, path))
    background.start(createExportsTask(larder, terminal))
    background.start(createSweepTask(larder, terminal))
    background.start(createPruneTask(larder, config))
  }

  return {
    run: async () => {
      background.start(createStartTask(larder, config, terminal, startOthers))
      await stopped
    },
    stop: async (limitMs) => {
      terminal.close()
      await background.stop(limitMs)
      resolveStopped()
    },
  }
}
