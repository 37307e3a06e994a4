import type { Larder } from '../composition/larder.ts'
import type { BackgroundTask } from '../domain/background/background-work.ts'
import { E, pipe, TE } from '../fp.ts'

const pruneEveryMs = 3_600_000
/** Events are kept for a day (http-api.md §12.3), and until the next removal. */
const keepMs = 24 * 3_600_000

/** Creates the task that reads events for the clients that follow them. It starts as soon as the port is open. */
export const createEventsTask = ({ eventHub }: Pick<Larder, 'eventHub'>): BackgroundTask => ({
  name: 'events',
  run:
    ({ signal }) =>
    async () => {
      await eventHub.run(signal)
      return E.right('done')
    },
})

/** Creates the task that removes old events. If another process does so already, this one tries again an hour later. */
export const createPruneEventsTask = ({
  eventLog,
  locks,
}: Pick<Larder, 'eventLog' | 'locks'>): BackgroundTask => ({
  name: 'old events',
  run: () =>
    pipe(
      locks.tryWith('events', () => eventLog.prune(keepMs)),
      TE.map(() => ({ againInMs: pruneEveryMs })),
    ),
})
