import { E, O } from '../../fp.ts'
import type { CachePort } from '../../ports/cache.ts'
import type { Clock } from '../../ports/clock.ts'
import { type CacheTier, isFresh, keptFrom } from './cache-tier.ts'

type Tiers = {
  /** Asked first. */
  readonly memory: CacheTier
  readonly disk: CacheTier
  readonly clock: Clock
}

/**
 * A tier in memory in front of one on disk. What is found on disk alone is remembered in memory with the time
 * that remains to it.
 */
export const createTieredCache = ({ memory, disk, clock }: Tiers): CachePort => {
  /** How often anything was set or deleted: what was read from disk across such a change may be out of date. */
  let changes = 0

  return {
    get: (key) => async () => {
      const held = await memory.find(key)()
      if (E.isRight(held) && O.isSome(held.right) && isFresh(held.right.value, clock()))
        return E.right(O.some(held.right.value.value))

      const before = changes
      const found = await disk.find(key)()
      if (E.isLeft(found)) return found
      if (O.isNone(found.right) || !isFresh(found.right.value, clock())) return E.right(O.none)
      if (changes === before) await memory.keep(key, found.right.value)()
      return E.right(O.some(found.right.value.value))
    },
    set: (key, value) => async () => {
      const kept = keptFrom(key, value, clock())
      changes++
      await memory.keep(key, kept)()
      const done = await disk.keep(key, kept)()
      changes++
      return done
    },
    delete: (key) => async () => {
      changes++
      await memory.delete(key)()
      const done = await disk.delete(key)()
      changes++
      return done
    },
  }
}
