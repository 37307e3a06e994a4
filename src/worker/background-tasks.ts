import type { Larder } from '../composition/larder.ts'
import { sampleMediaPaths } from '../composition/sample-media.ts'
import type { Config } from '../config/settings.ts'
import { createTerminal, type Terminal } from '../terminal/terminal.ts'
import { createPruneEventsTask } from './event-tasks.ts'
import { createFetchTask } from './fetch-task.ts'
import { createPruneTask, createRemoveEndedTask } from './freshness-tasks.ts'
import { createJobsTask } from './jobs-task.ts'
import { createSampleTask } from './sample-task.ts'
import { createStartTask } from './start-task.ts'
import { createStoppableTasks, type StoppableTasks } from './stoppable-tasks.ts'
import { createSweepTask } from './sweep-task.ts'
import { createTrashTask } from './trash-task.ts'
import { createUploadIntakeTask, createUploadSweepTask } from './uploads-task.ts'
import { createWebhooksTask } from './webhooks-task.ts'

/**
 * Creates the background work of a server: migrations, samples, jobs, webhooks, uploads and fetches, the sweeps, and the
 * removal of old rows.
 */
export const createBackgroundTasks = (
  larder: Larder,
  config: Config,
  print: (line: string) => void,
  terminal: Terminal = createTerminal(print),
): StoppableTasks => {
  const { background } = larder
  const sampleNames = new Map<string, string>()
  const onRegistered = (uid: string, name: string) => sampleNames.set(uid, name)
  const nameOf = (uid: string): string => sampleNames.get(uid) ?? uid

  const startOthers = ({ isEmpty }: { readonly isEmpty: boolean }): void => {
    if (isEmpty && config.sampleMedia)
      for (const path of sampleMediaPaths())
        background.start(createSampleTask(larder, config, terminal, path, onRegistered))
    if (config.jobs > 0) background.start(createJobsTask(larder, terminal, config.jobs, nameOf))
    background.start(createSweepTask(larder, terminal))
    background.start(createTrashTask(larder))
    background.start(createWebhooksTask(larder))
    background.start(createUploadIntakeTask(larder))
    background.start(createFetchTask(larder))
    background.start(createUploadSweepTask(larder))
    background.start(createRemoveEndedTask(larder))
    background.start(createPruneTask(larder, config))
    background.start(createPruneEventsTask(larder))
  }
  return createStoppableTasks(background, terminal, createStartTask(larder, config, terminal, startOthers))
}
