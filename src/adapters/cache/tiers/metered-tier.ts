import { E, O } from '../../../fp.ts'
import type { Clock } from '../../../ports/clock.ts'
import type { TierMeter } from './cache-meter.ts'
import { type CacheTier, isFresh } from './cache-tier.ts'

/** Wraps a tier so that its lookups are counted. An expired value counts as a miss. */
export const createMeteredTier = (tier: CacheTier, clock: Clock, meter: TierMeter): CacheTier => ({
  name: tier.name,
  find: (key) => async () => {
    const found = await tier.find(key)()
    if (E.isLeft(found)) meter.failed(key)
    else if (O.isSome(found.right) && isFresh(found.right.value, clock())) meter.hit(key)
    else meter.miss(key)
    return found
  },
  peek: (key) => {
    const entry = tier.peek(key)
    if (entry !== undefined && isFresh(entry, clock())) meter.hit(key)
    return entry
  },
  set: (key, entry) => async () => {
    const stored = await tier.set(key, entry)()
    if (E.isLeft(stored)) meter.failed(key)
    return stored
  },
  invalidate: tier.invalidate,
  remove: tier.remove,
  readInvalidationVersion: tier.readInvalidationVersion,
})
