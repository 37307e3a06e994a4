import type { Generation } from '../../../ports/cache.ts'

/** Counts deletes, so that a load which a delete has overtaken is known by its generation. */
export type Generations = {
  readonly of: (name: string) => Generation
  /** Removes something under this name: loads that began before it ends are not kept. */
  readonly around: <A>(name: string, remove: () => Promise<A>) => Promise<A>
}

/**
 * Names share this many counters, so that memory stays bounded however many names are deleted. Two names that share
 * one cost a value that is not kept, once.
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
        // What was looked up meanwhile may have been found just before it went.
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
