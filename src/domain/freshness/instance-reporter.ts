import { E, type TE } from '../../fp.ts'
import type { CacheStats } from '../../ports/cache-stats.ts'
import type { Instances } from '../../ports/instances.ts'
import type { Monotonic, MonotonicMs } from '../../ports/monotonic.ts'
import type { InstanceUid } from '../media/ids.ts'
import type { Unavailable } from '../shared/errors.ts'
import type { Follower } from './follower.ts'

type Deps = {
  readonly instances: Instances
  readonly follower: Pick<Follower, 'position'>
  readonly cacheStats: CacheStats
  readonly cacheBytes: () => number
  readonly monotonic: Monotonic
}

/** Pause between two reports of an instance that has applied nothing new (milliseconds). */
const reportEveryMs = 10_000

/** Returns the part of the lookups that memory or disk answered; `null` if there were none. */
const hitRatioOf = ({ counts }: CacheStats): number | null => {
  const all = counts()
  const hits = all.reduce((sum, each) => sum + each.hits, 0)
  const misses = all.reduce((sum, { tier, misses }) => (tier === 'disk' ? sum + misses : sum), 0)
  return hits + misses === 0 ? null : hits / (hits + misses)
}

/**
 * Creates the reports of an instance. The returned task reports if something new was applied, or if the last
 * report was made a while ago. It costs nothing otherwise, so it can run every second. Before the first position there
 * is nothing to report, and perhaps no table. An instance that has lost its position reports that, so that it is not
 * taken for one that has ended.
 */
export const createInstanceReporter = (
  { instances, follower, cacheStats, cacheBytes, monotonic }: Deps,
  uid: InstanceUid,
  version: string,
): TE.TaskEither<Unavailable, void> => {
  let last: { readonly at: MonotonicMs; readonly newest: number | null } | null = null
  return async () => {
    const at = monotonic()
    const position = follower.position()
    if (position === null && last === null) return E.right(undefined)
    const newest = position?.newest.id ?? null
    if (last !== null && last.newest === newest && at - last.at < reportEveryMs) return E.right(undefined)
    const hitRatio = hitRatioOf(cacheStats)
    const reported = await instances.report({ uid, version, position, cacheBytes: cacheBytes(), hitRatio })()
    if (E.isRight(reported)) last = { at, newest }
    return reported
  }
}
