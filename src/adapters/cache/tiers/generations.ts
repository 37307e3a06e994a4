import type { Generation, KeyName, StaleValues } from '../../../ports/cache.ts'
import { createFamilyVersions } from './family-versions.ts'
import { hashName } from './hash-name.ts'

/**
 * The generation of a name counts its deletes. If the generation changes during a load, the loaded value must
 * not be cached.
 */
export type Generations = {
  readonly of: (key: KeyName) => Generation
  /** Runs a delete of these values. A value is not cached if its load started before the delete ended. */
  readonly around: <A>(stale: StaleValues, remove: () => Promise<A>) => Promise<A>
}

/**
 * Number of counters. Names with the same hash share a counter, which limits the memory. So a delete of one
 * name may keep a value of another name out of the cache.
 */
const counters = 2 ** 16

export const createGenerations = (): Generations => {
  const counts = new Uint32Array(counters)
  const families = createFamilyVersions()

  const advance = (stale: StaleValues): void => {
    families.advance(stale)
    if (stale === 'all') return
    for (const name of stale.names) {
      const slot = hashName(name) % counters
      counts[slot] = (counts[slot] ?? 0) + 1
    }
  }

  return {
    // Both numbers only increase, so their sum changes when either does.
    of: ({ name, family }) => ((counts[hashName(name) % counters] ?? 0) + families.of(family)) as Generation,
    around: async (stale, remove) => {
      advance(stale)
      try {
        return await remove()
      } finally {
        // A load that started during the delete may have read the value just before its removal, so the
        // generation changes again.
        advance(stale)
      }
    },
  }
}
