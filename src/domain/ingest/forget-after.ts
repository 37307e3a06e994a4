import { E, type TE } from '../../fp.ts'
import type { CachePort } from '../../ports/cache.ts'
import type { Unavailable } from '../shared/errors.ts'

/**
 * Writes, and then deletes from the cache what the write has made untrue. It is deleted also when the outcome of the
 * write is unknown. A cache that cannot be asked does not undo the write: its entries end by themselves.
 */
export const forgetAfter =
  (
    cache: CachePort,
    keys: ReadonlyArray<{ readonly name: string }>,
    write: TE.TaskEither<Unavailable, boolean>,
  ): TE.TaskEither<Unavailable, boolean> =>
  async () => {
    const written = await write()
    const mayBeUntrue = E.isRight(written) ? written.right : written.left.mayHaveHappened === true
    if (mayBeUntrue) for (const key of keys) await cache.deleteByName(key.name)()
    return written
  }
