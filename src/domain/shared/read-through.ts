import { E, O, type TE } from '../../fp.ts'
import type { CacheKey, CachePort } from '../../ports/cache.ts'

/**
 * Ask the cache, else load and remember. The cache can only help: one that fails is a miss, and a failed write
 * is forgotten. Misses of one key at one time share one load.
 *
 * Hot path, so an async body and early returns; a hit costs one await.
 */
export const createReadThrough = (cache: CachePort) => {
  const loading = new Map<string, Promise<E.Either<unknown, unknown>>>()

  return <L, A>(key: CacheKey<A>, load: TE.TaskEither<L, A>): TE.TaskEither<L, A> =>
    async () => {
      const cached = await cache.get(key)()
      if (E.isRight(cached) && O.isSome(cached.right)) return E.right(cached.right.value)

      // A key names one family, and a family has one loader: what is under way is of this type.
      const underway = loading.get(key.name) as Promise<E.Either<L, A>> | undefined
      if (underway !== undefined) return underway

      const loadAndRemember = async () => {
        const loaded = await load()
        if (E.isRight(loaded)) await cache.set(key, loaded.right)()
        return loaded
      }
      const started = loadAndRemember().finally(() => loading.delete(key.name))
      loading.set(key.name, started)
      return started
    }
}

export type ReadThrough = ReturnType<typeof createReadThrough>
