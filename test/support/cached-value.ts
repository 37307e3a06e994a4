import { O } from '../../src/fp.ts'
import type { CacheKey, CachePort } from '../../src/ports/cache.ts'
import { right } from './expect-right.ts'

/** Returns only the cached value, without tiers and invalidation versions. */
export const cachedValue = async <A>(cache: CachePort, key: CacheKey<A>): Promise<O.Option<A>> =>
  O.map(({ value }: { readonly value: A }) => value)(await right(cache.get(key)))
