import { E, O } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import type { StaleCache } from '../../ports/stale-cache.ts'
import { type CacheTier, isFresh } from './cache-tier.ts'

/** Of tiers in front of one another, the last one: it has all that the others have. */
export const createTierStaleCache = (tier: CacheTier, clock: Clock): StaleCache => ({
  getStale: (key, seconds) => async () => {
    const found = await tier.find(key)()
    if (E.isLeft(found)) return found
    if (O.isNone(found.right) || !isFresh(found.right.value, clock() - seconds * 1000)) return E.right(O.none)
    return E.right(O.some(found.right.value.value))
  },
})
