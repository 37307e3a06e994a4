import type { Larder } from '../composition/larder.ts'
import type { Config } from '../config/settings.ts'
import { E } from '../fp.ts'
import { createTerminal, type Terminal } from '../terminal/terminal.ts'
import { createJobsTask } from './jobs-task.ts'
import { printDatabaseFailure } from './start-task.ts'
import { createStoppableTasks, type StoppableTasks } from './stoppable-tasks.ts'

/** Creates the background work of a process that serves nothing: migrations and jobs. */
export const createWorkerTasks = (
  larder: Pick<Larder, 'background' | 'database' | 'ingest' | 'jobWork' | 'log'>,
  config: Pick<Config, 'jobs'>,
  print: (line: string) => void,
  terminal: Terminal = createTerminal(print),
): StoppableTasks => {
  const { background, database, ingest } = larder
  return createStoppableTasks(background, terminal, {
    name: 'start',
    run: () => async () => {
      const migrated = await database.migrate()
      if (E.isLeft(migrated)) return migrated
      const waiting = await ingest.enqueueWaiting()
      if (E.isLeft(waiting)) return waiting
      background.start(createJobsTask(larder, terminal, Math.max(1, config.jobs)))
      return E.right('done')
    },
    onFailure: printDatabaseFailure(terminal, 'the database is retried until it answers'),
  })
}
