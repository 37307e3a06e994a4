import type { Larder } from '../composition/larder.ts'
import type { Config } from '../config/settings.ts'
import type { BackgroundTask } from '../domain/background/background-work.ts'
import { E, pipe, TE } from '../fp.ts'

const pruneEveryMs = 3_600_000

/** Creates the task that follows the changes of other processes. It starts before the first request. */
export const createFollowTask = ({ follower }: Pick<Larder, 'follower'>): BackgroundTask => ({
  name: 'bus',
  run:
    ({ signal }) =>
    async () => {
      await follower.run(signal)
      return E.right('done')
    },
})

/**
 * Creates the task that removes old rows from the log of invalidations. If another process does so already,
 * this one tries again an hour later.
 */
export const createPruneTask = (
  { bus, locks }: Pick<Larder, 'bus' | 'locks'>,
  { invalidationLogSeconds }: Pick<Config, 'invalidationLogSeconds'>,
): BackgroundTask => ({
  name: 'prune',
  run: () =>
    pipe(
      locks.tryWith('invalidation log', () => bus.prune(invalidationLogSeconds * 1000)),
      TE.map(() => ({ againInMs: pruneEveryMs })),
    ),
})
