import type { ByteRange, ByteStream } from '../../../domain/media/bytes.ts'
import type { BadOrigin, Unavailable } from '../../../domain/shared/errors.ts'
import { fromStreamError } from '../../../domain/shared/stream-failure.ts'
import { withTaskTimeout } from '../../../domain/shared/with-timeout.ts'
import { E } from '../../../fp.ts'
import type { BlobFacts, BlobOrigin } from '../../../ports/blob-cache.ts'
import type { CacheKey } from '../../../ports/cache.ts'
import { cancelStream, cancelUnstartedStream } from '../../platform/cancel-stream.ts'
import { withIdleTimeout } from '../../platform/stream-timeouts.ts'
import { verifyStream } from '../../platform/verify-stream.ts'
import { resumeAfter, skipBytes, withRelease } from './byte-streams.ts'

export type BlobRequest = {
  readonly key: CacheKey<BlobFacts>
  readonly facts: BlobFacts
  readonly range: ByteRange
  readonly origin: BlobOrigin
  readonly onArriving: () => void
}

/**
 * Reads `range` directly from the origin for one reader, without the cache. If the reader requested the whole
 * blob, the blob is read from its start again, so that its sha256 can be verified. Otherwise only the length
 * is verified. Resolves when the first bytes have arrived: if the origin fails at once, the read fails, and
 * no stream is returned.
 */
export const openOrigin = async (
  { facts, range: requested, origin }: Pick<BlobRequest, 'facts' | 'range' | 'origin'>,
  { start, end }: ByteRange,
  stallMs: number,
): Promise<E.Either<BadOrigin | Unavailable, ByteStream>> => {
  const isWhole = requested.start === 0 && requested.end === facts.size
  const from = isWhole ? 0 : start
  const opened = await withTaskTimeout(
    origin({ start: from, end }),
    stallMs,
    'object store',
    cancelUnstartedStream,
  )()
  if (E.isLeft(opened)) return opened
  const bytes = verifyStream(
    withIdleTimeout(opened.right, stallMs),
    end - from,
    isWhole ? facts.sha256 : null,
  )
  try {
    const first = await bytes.next()
    const rest = skipBytes(resumeAfter(first, bytes), start - from)
    return E.right(withRelease(rest, end - start, (isEarly) => isEarly && cancelStream(opened.right)))
  } catch (cause) {
    return E.left(fromStreamError(cause))
  }
}
