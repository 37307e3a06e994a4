import { Found } from '../../../domain/caching/found.ts'
import { E, O } from '../../../fp.ts'
import type { Clock } from '../../../ports/clock.ts'
import type { StaleCache } from '../../../ports/stale-cache.ts'
import { type CacheTier, isFresh } from './cache-tier.ts'

/** Reads stale values from a tier. Pass the last tier, because only the last tier has every value. */
export const createStaleReader = (tier: CacheTier, clock: Clock): StaleCache => ({
  getStale: (key, seconds) => async () => {
    const found = await tier.find(key)()
    if (E.isLeft(found)) return found
    if (O.isNone(found.right)) return E.right(O.none)
    const { value, expiresAt } = found.right.value
    const now = clock()
    if (!isFresh(found.right.value, now - seconds * 1000)) return E.right(O.none)
    const ttl = expiresAt === null ? {} : { ttl: Math.floor((expiresAt - now) / 1000) }
    return E.right(O.some(new Found(value, [{ tier: tier.name, outcome: 'hit', ...ttl }], () => false)))
  },
})
