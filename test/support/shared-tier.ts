import type { CacheTier } from '../../src/adapters/cache/tiers/cache-tier.ts'
import { E, O } from '../../src/fp.ts'
import type { InvalidationMark } from '../../src/ports/cache.ts'

/** Invalidation marks in memory, which several tiers share as processes share them on a disk. */
export const createSharedMarks = () => {
  const counts = new Map<string, number>()
  return {
    of: (name: string): InvalidationMark => `${counts.get(name) ?? 0}` as InvalidationMark,
    advance: (name: string): void => {
      counts.set(name, (counts.get(name) ?? 0) + 1)
    },
  }
}

/**
 * The cache tier of one process, with shared marks. `pause` lets other processes run between the steps of an
 * operation.
 */
export const createSharedTier = (
  inner: CacheTier,
  marks: ReturnType<typeof createSharedMarks>,
  pause: () => Promise<unknown>,
): CacheTier => ({
  ...inner,
  find: (key) => async () => {
    const found = await inner.find(key)()
    await pause()
    return E.isRight(found) && O.isSome(found.right) && found.right.value.mark !== marks.of(key.name)
      ? E.right(O.none)
      : found
  },
  invalidate: (stale) => async () => {
    const names = stale === 'all' ? [] : stale.names
    for (const name of names) marks.advance(name)
    await pause()
    for (const name of names) await inner.remove(name)()
    return E.right(undefined)
  },
  readMark: async ({ name }) => marks.of(name),
})
