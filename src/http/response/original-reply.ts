import type { MediaOriginal } from '../../domain/library/media-item.ts'
import type { ByteRange } from '../../domain/media/bytes.ts'
import { type Overloaded, overloaded } from '../../domain/shared/errors.ts'
import { E } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import type { UncachedReader } from '../../ports/uncached-reader.ts'
import { attachmentOf } from '../bytes/content-disposition.ts'
import { describeRepresentation } from '../bytes/representation-headers.ts'
import type { IncomingRequest } from '../request/incoming.ts'
import { byteReplyBody, planByteReplyOf } from './bytes-reply.ts'
import { withEnd } from './counted-stream.ts'
import { preconditionFailedReply, rangeNotSatisfiableReply } from './error-replies.ts'
import type { Reply } from './reply.ts'

/** Replies with an original (http-api.md §8.9). Fails with Overloaded while too many originals are sent. */
export type ReplyWithOriginal = (
  incoming: Pick<IncomingRequest, 'method' | 'headers'>,
  original: MediaOriginal,
) => E.Either<Overloaded, Reply>

/**
 * Maximum number of reads of originals at the same time. Each takes a connection of the store for as long as the client
 * reads, and exports for viewers need these connections, too.
 */
const maxReads = 32
/** Seconds until a client may try again. */
const retryAfterSeconds = 10

/**
 * The bytes of an original come from outside, perhaps with a type that a browser would run. They are saved, not
 * shown: as an attachment, and in a sandbox if a browser shows them nevertheless.
 */
const untrusted = { 'Content-Security-Policy': "sandbox; default-src 'none'" }

export const createReplyWithOriginal = (read: UncachedReader, clock: Clock): ReplyWithOriginal => {
  let reads = 0
  const countedRead =
    (file: MediaOriginal['file']) =>
    (range: ByteRange): ReturnType<UncachedReader> =>
    async () => {
      reads += 1
      const release = () => {
        reads -= 1
      }
      const stream = await read(file, range)().catch((error: unknown) => {
        release()
        throw error
      })
      if (E.isRight(stream)) return E.right(withEnd(stream.right, release))
      release()
      return stream
    }

  return ({ headers: requested, method }, { fileName, file, storedAt }) => {
    const { contentType, size, sha256 } = file
    const representation = describeRepresentation(
      { contentType, size, sha256, lastModified: storedAt },
      { 'Cache-Control': 'no-store', 'Content-Disposition': attachmentOf(fileName), ...untrusted },
    )
    const { status, headers, body } = planByteReplyOf(representation, clock)(requested, method)
    if (status === 416) return E.right(rangeNotSatisfiableReply(headers))
    if (status === 412) return E.right(preconditionFailedReply)
    if (body._tag !== 'None' && reads >= maxReads) return E.left(overloaded(retryAfterSeconds))
    return E.right({ status, headers, body: byteReplyBody(body, { read: countedRead(file) }) })
  }
}
