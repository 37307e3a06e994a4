import type { Generation } from '../../../ports/cache.ts'

/**
 * The generation of a name counts its deletes. If the generation changes during a load, the loaded value must
 * not be cached.
 */
export type Generations = {
  readonly of: (name: string) => Generation
  /** Runs a delete of this name. A value is not cached if its load started before the delete ended. */
  readonly around: <A>(name: string, remove: () => Promise<A>) => Promise<A>
}

/**
 * Number of counters. Names with the same hash share a counter, which limits the memory. So a delete of one
 * name may keep a value of another name out of the cache.
 */
const counters = 2 ** 16

export const createGenerations = (): Generations => {
  const counts = new Uint32Array(counters)

  const advance = (name: string): void => {
    const slot = slotOf(name)
    counts[slot] = (counts[slot] ?? 0) + 1
  }

  return {
    of: (name) => (counts[slotOf(name)] ?? 0) as Generation,
    around: async (name, remove) => {
      advance(name)
      try {
        return await remove()
      } finally {
        // A load that started during the delete may have read the value just before its removal, so the
        // generation changes again.
        advance(name)
      }
    },
  }
}

/** Returns the FNV-1a hash of the UTF-16 code units, reduced to the number of counters. */
const slotOf = (name: string): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193)
  return ((hash >>> 16) ^ hash) & (counters - 1)
}
