import * as t from 'io-ts'
import type { InstanceStatus } from '../../ports/instances.ts'
import { AnyUid } from '../media/ids.ts'
import { withDescription } from '../shared/json-schema.ts'
import { nullable } from '../shared/nullable.ts'
import { oneOf } from '../shared/one-of.ts'
import { Count, Fraction, TimeText } from '../shared/reply-values.ts'
import { rfc3339 } from '../shared/rfc3339.ts'
import type { Purge } from './purge.ts'

const ReceiptJson = t.strict(
  {
    instance: AnyUid,
    state: oneOf('receipt_state', ['done', 'waiting', 'silent'] as const),
    at: withDescription(TimeText, 'When the instance last reported.'),
  },
  'Receipt',
)

/** The receipts of the instances; null if they are not known. */
export const ReceiptsJson = withDescription(
  nullable(t.readonlyArray(ReceiptJson)),
  'One receipt for each instance; null if the database did not return them: read them later.',
)

/** A purge with its receipts (http-api.md §9.7). */
export const PurgeJson = t.strict({ uid: AnyUid, instances: ReceiptsJson }, 'Purge')
type PurgeJson = t.TypeOf<typeof PurgeJson>

/** A serving process (http-api.md §9.8). */
export const InstanceJson = t.strict(
  {
    instance: AnyUid,
    version: t.string,
    started_at: TimeText,
    heard_at: TimeText,
    applied: withDescription(
      Count,
      'The newest row of the log that it has applied; 0 while it does not follow.',
    ),
    cache_bytes: Count,
    hit_ratio: withDescription(nullable(Fraction), 'The part of the lookups that memory or disk answered.'),
  },
  'Instance',
)
type InstanceJson = t.TypeOf<typeof InstanceJson>

/** Returns the receipts of a purge in the form of http-api.md §9.7; `instances` is `null` if they are not known. */
export const purgeAsJson = ({ uid, receipts }: Purge): PurgeJson => ({
  uid,
  instances:
    receipts?.map(({ instance, state, heardAt }) => ({ instance, state, at: rfc3339(heardAt) })) ?? null,
})

/** Returns an instance in the form of http-api.md §9.8. */
export const instanceAsJson = (status: InstanceStatus): InstanceJson => ({
  instance: status.uid,
  version: status.version,
  started_at: rfc3339(status.startedAt),
  heard_at: rfc3339(status.heardAt),
  applied: status.applied,
  cache_bytes: status.cacheBytes,
  hit_ratio: status.hitRatio,
})
