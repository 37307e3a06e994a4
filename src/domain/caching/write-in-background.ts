import type { TE } from '../../fp.ts'
import type { Unavailable } from '../shared/errors.ts'

/**
 * Starts a write to the cache without waiting, so that the reader is answered first. The cache counts failed
 * writes itself. A value that was not stored causes a later miss (decision 4).
 */
export const cacheInBackground = (write: TE.TaskEither<Unavailable, void>): void => {
  write().catch(() => undefined)
}
