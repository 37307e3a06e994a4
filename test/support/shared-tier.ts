import type { CacheTier } from '../../src/adapters/cache/tiers/cache-tier.ts'
import { E, O } from '../../src/fp.ts'
import type { InvalidationVersion } from '../../src/ports/cache.ts'

/** Invalidation versions in memory, which several tiers share as processes share them on a disk. */
export const createSharedVersions = () => {
  const counts = new Map<string, number>()
  return {
    of: (name: string): InvalidationVersion => `${counts.get(name) ?? 0}` as InvalidationVersion,
    advance: (name: string): void => {
      counts.set(name, (counts.get(name) ?? 0) + 1)
    },
  }
}

/**
 * The cache tier of one process, with shared versions. `pause` lets other processes run between the steps of an
 * operation.
 */
export const createSharedTier = (
  inner: CacheTier,
  versions: ReturnType<typeof createSharedVersions>,
  pause: () => Promise<unknown>,
): CacheTier => ({
  ...inner,
  find: (key) => async () => {
    const found = await inner.find(key)()
    await pause()
    return E.isRight(found) &&
      O.isSome(found.right) &&
      found.right.value.invalidationVersion !== versions.of(key.name)
      ? E.right(O.none)
      : found
  },
  invalidate: (stale) => async () => {
    const names = stale === 'all' ? [] : stale.names
    for (const name of names) versions.advance(name)
    await pause()
    for (const name of names) await inner.remove(name)()
    return E.right(undefined)
  },
  readInvalidationVersion: async ({ name }) => versions.of(name),
})
