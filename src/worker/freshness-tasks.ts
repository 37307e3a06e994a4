import type { Larder } from '../composition/larder.ts'
import type { Config } from '../config/settings.ts'
import type { BackgroundTask } from '../domain/background/background-work.ts'
import { createInstanceReporter } from '../domain/freshness/instance-reporter.ts'
import type { InstanceUid } from '../domain/media/ids.ts'
import { E, pipe, TE } from '../fp.ts'

/** A report is only written if something has changed, or every ten seconds. */
const reportEveryMs = 1000
const pruneEveryMs = 3_600_000

/** Creates the task that follows the changes of other processes. It starts as soon as the port is open. */
export const createFollowTask = ({ follower }: Pick<Larder, 'follower'>): BackgroundTask => ({
  name: 'bus',
  run:
    ({ signal }) =>
    async () => {
      await follower.run(signal)
      return E.right('done')
    },
})

type Reporting = Pick<Larder, 'instances' | 'follower' | 'cacheStats' | 'cacheBytes' | 'monotonic'>

/**
 * Creates the task that reports this process as an instance. It tries again at once after a failure: until it has
 * reported, receipts say that this instance is silent. Outages of the database are logged where it is followed, so
 * only a failure without an outage is reported here.
 */
export const createReportTask = (larder: Reporting, uid: InstanceUid, version: string): BackgroundTask => {
  const report = createInstanceReporter(larder, uid, version)
  return {
    name: 'instance',
    run:
      ({ failed }) =>
      async () => {
        const reported = await report()
        if (E.isLeft(reported) && larder.follower.state() === 'following') failed(reported.left, 'report')
        return E.right({ againInMs: reportEveryMs })
      },
  }
}

/**
 * Creates the task that removes the instances of killed processes of this data folder. They would be listed as silent
 * for as long as instances that are cut off, and no receipt would be complete meanwhile.
 */
export const createRemoveEndedTask = ({
  instances,
  localInstances,
}: Pick<Larder, 'instances' | 'localInstances'>): BackgroundTask => ({
  name: 'ended instances',
  run: () => async () => {
    const ended = await localInstances.listEnded()
    if (E.isLeft(ended)) return ended
    for (const uid of ended.right) {
      const removed = await pipe(
        instances.remove(uid),
        TE.flatMap(() => localInstances.remove(uid)),
      )()
      if (E.isLeft(removed)) return removed
    }
    return E.right('done')
  },
})

/**
 * Creates the task that removes old rows from the log of invalidations, old purges, and instances that ended long
 * ago. If another process does so already, this one tries again an hour later.
 */
export const createPruneTask = (
  { bus, instances, locks }: Pick<Larder, 'bus' | 'instances' | 'locks'>,
  { invalidationLogSeconds, busMaxCutSeconds }: Pick<Config, 'invalidationLogSeconds' | 'busMaxCutSeconds'>,
): BackgroundTask => ({
  name: 'prune',
  run: () =>
    pipe(
      locks.tryWith('invalidation log', () =>
        pipe(
          // A silent instance is shown for as long as it may serve what it has cached. This comes first, because it is
          // soon done, whatever the size of the log.
          instances.forget(busMaxCutSeconds * 1000),
          TE.flatMap(() => bus.prune(invalidationLogSeconds * 1000)),
        ),
      ),
      TE.map(() => ({ againInMs: pruneEveryMs })),
    ),
})
