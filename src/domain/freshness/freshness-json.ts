import type { InstanceStatus } from '../../ports/instances.ts'
import { rfc3339 } from '../shared/rfc3339.ts'
import type { Purge } from './purge.ts'

/** Returns the receipts of a purge in the form of http-api.md §9.7; `instances` is `null` if they are not known. */
export const purgeAsJson = ({ uid, receipts }: Purge) => ({
  uid,
  instances:
    receipts?.map(({ instance, state, heardAt }) => ({ instance, state, at: rfc3339(heardAt) })) ?? null,
})

/** Returns an instance in the form of http-api.md §9.8. */
export const instanceAsJson = (status: InstanceStatus) => ({
  instance: status.uid,
  version: status.version,
  started_at: rfc3339(status.startedAt),
  heard_at: rfc3339(status.heardAt),
  applied: status.applied,
  cache_bytes: status.cacheBytes,
  hit_ratio: status.hitRatio,
})
