import type { TE } from '../../fp.ts'
import type { Unavailable } from '../shared/errors.ts'

/**
 * Starts a write to the cache and does not wait: the reader is answered first. A cache that fails is a miss, and counts
 * its failures itself (decision 4).
 */
export const keepAfterwards = (write: TE.TaskEither<Unavailable, void>): void => {
  write().catch(() => undefined)
}
