import type { StaleValues } from '../../../ports/cache.ts'
import { hashName } from './hash-name.ts'

/** Counts how often all values of a family were deleted, so that nothing has to search for them. */
type FamilyVersions = {
  readonly of: (family: string) => number
  readonly advance: (stale: StaleValues) => void
}

/** Number of counters. Families with the same hash share one, so a text of any kind needs no memory. */
const counters = 2 ** 8

export const createFamilyVersions = (): FamilyVersions => {
  const counts = new Uint32Array(counters)
  let ofAll = 0
  /** Most processes never delete a family. Until the first delete, a lookup need not hash its name. */
  let hasCounts = false
  return {
    of: (family) => (hasCounts ? ofAll + (counts[hashName(family) % counters] ?? 0) : ofAll),
    advance: (stale) => {
      if (stale === 'all') ofAll += 1
      else
        for (const family of stale.families) {
          const slot = hashName(family) % counters
          counts[slot] = (counts[slot] ?? 0) + 1
          hasCounts = true
        }
    },
  }
}
