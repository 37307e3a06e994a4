import type { Generation } from '../../../ports/cache.ts'

/** Counts deletes: if the generation of a name changes during a load, the loaded value must not be cached. */
export type Generations = {
  readonly of: (name: string) => Generation
  /** Runs a delete of this name. Values whose load began before the delete ended are not cached. */
  readonly around: <A>(name: string, remove: () => Promise<A>) => Promise<A>
}

/**
 * Names share this many counters (by hash), which bounds the memory. If two names share a counter, a delete
 * of one can keep one value of the other from being cached.
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
        // A lookup during the delete may have found the value just before it was removed.
        advance(name)
      }
    },
  }
}

/** FNV-1a of the UTF-16 code units, folded. */
const slotOf = (name: string): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193)
  return ((hash >>> 16) ^ hash) & (counters - 1)
}
