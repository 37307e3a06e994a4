import { E, O } from '../../../fp.ts'
import type { Clock } from '../../../ports/clock.ts'
import type { TierMeter } from './cache-meter.ts'
import { type CacheTier, isFresh } from './cache-tier.ts'

/** The same values, each look-up counted; what has expired is a miss. */
export const createMeteredTier = (tier: CacheTier, clock: Clock, meter: TierMeter): CacheTier => ({
  name: tier.name,
  find: (key) => async () => {
    const found = await tier.find(key)()
    if (E.isLeft(found)) meter.failed(key)
    else if (O.isSome(found.right) && isFresh(found.right.value, clock())) meter.hit(key)
    else meter.miss(key)
    return found
  },
  held: (key) => {
    const kept = tier.held(key)
    if (kept !== undefined && isFresh(kept, clock())) meter.hit(key)
    return kept
  },
  keep: (key, kept) => async () => {
    const done = await tier.keep(key, kept)()
    if (E.isLeft(done)) meter.failed(key)
    return done
  },
  delete: tier.delete,
  remove: tier.remove,
  mark: tier.mark,
})
