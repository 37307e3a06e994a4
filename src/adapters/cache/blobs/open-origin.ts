import type { ByteRange, ByteStream } from '../../../domain/media/bytes.ts'
import { type BadOrigin, type Unavailable, unavailable } from '../../../domain/shared/errors.ts'
import { fromStreamError } from '../../../domain/shared/stream-failure.ts'
import { E } from '../../../fp.ts'
import type { BlobFacts, BlobOrigin } from '../../../ports/blob-cache.ts'
import type { CacheKey } from '../../../ports/cache.ts'
import {
  cancelStream,
  cancelUnstarted,
  releasing,
  resumed,
  skipping,
  unlessStalled,
  verified,
  withTimeout,
} from './byte-streams.ts'

/** What a reader asked for. */
export type BlobRequest = {
  readonly key: CacheKey<BlobFacts>
  readonly facts: BlobFacts
  readonly range: ByteRange
  readonly origin: BlobOrigin
  readonly onArriving: () => void
}

type Failure = BadOrigin | Unavailable

/** Asks the origin; one that does not answer within `ms` is unavailable, and what it says later is let go. */
export const readOrigin = async (
  origin: BlobOrigin,
  range: ByteRange,
  ms: number,
): Promise<E.Either<Failure, ByteStream>> => {
  const asked = origin(range)()
  try {
    return await withTimeout(asked, ms)
  } catch (cause) {
    // The caller is told of the wait; what comes of it later, bytes or a failure, comes to none.
    asked.then((late) => E.isRight(late) && cancelUnstarted(late.right)).catch(() => undefined)
    return E.left(unavailable('object store')(cause))
  }
}

/**
 * `range` straight from the origin, for one reader, past any cache. A reader of the whole blob gets it verified
 * by its sha256, for which what it has already is read over again; a part can be verified by its length alone.
 * Resolves when the first bytes are here: an origin which fails at once fails the read and not its stream.
 */
export const openOrigin = async (
  { facts, range: asked, origin }: BlobRequest,
  { start, end }: ByteRange,
  stallMs: number,
): Promise<E.Either<Failure, ByteStream>> => {
  const isWhole = asked.start === 0 && asked.end === facts.size
  const from = isWhole ? 0 : start
  const opened = await readOrigin(origin, { start: from, end }, stallMs)
  if (E.isLeft(opened)) return opened
  const bytes = verified(unlessStalled(opened.right, stallMs), end - from, isWhole ? facts.sha256 : null)
  try {
    const first = await bytes.next()
    const wanted = skipping(resumed(first, bytes), start - from)
    return E.right(releasing(wanted, end - start, (isEarly) => isEarly && cancelStream(opened.right)))
  } catch (cause) {
    return E.left(fromStreamError(cause))
  }
}
