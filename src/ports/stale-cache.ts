import type { Found } from '../domain/caching/found.ts'
import type { Unavailable } from '../domain/shared/errors.ts'
import type { O, TE } from '../fp.ts'
import type { CacheKey } from './cache.ts'

/** What has expired and is still there, for when nothing newer can be had (http-api.md §9.3). */
export type StaleCache = {
  /** The value, unless it expired more than `seconds` ago. One that was deleted is gone. */
  readonly getStale: <A>(key: CacheKey<A>, seconds: number) => TE.TaskEither<Unavailable, O.Option<Found<A>>>
}
