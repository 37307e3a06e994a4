import type { Found } from '../domain/caching/found.ts'
import type { Unavailable } from '../domain/shared/errors.ts'
import type { O, TE } from '../fp.ts'
import type { CacheKey } from './cache.ts'

/**
 * Reads expired values that are still stored. They are used when a new value cannot be loaded (http-api.md
 * §9.3).
 */
export type StaleCache = {
  /** Returns the value, unless it expired more than `seconds` ago or was deleted. */
  readonly getStale: <A>(key: CacheKey<A>, seconds: number) => TE.TaskEither<Unavailable, O.Option<Found<A>>>
}
