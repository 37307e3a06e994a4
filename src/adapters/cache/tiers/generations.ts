import type { Generation } from '../../../ports/cache.ts'

/**
 * Counts the deletes of names. If the generation of a name changes during a load, the loaded value must not
 * be cached.
 */
export type Generations = {
  readonly of: (name: string) => Generation
  /** Runs a delete of this name. A value is not cached if its load started before the delete ended. */
  readonly around: <A>(name: string, remove: () => Promise<A>) => Promise<A>
}

/**
 * Number of counters. Names share counters by hash, which limits the memory. If two names share a counter, a
 * delete of one of them can prevent that a value of the other is cached.
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
        // A load that started during the delete may have read the value just before its removal.
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
