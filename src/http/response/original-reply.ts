import type { MediaOriginal } from '../../domain/library/media-item.ts'
import { overloaded } from '../../domain/shared/errors.ts'
import { E } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import type { UncachedReader } from '../../ports/uncached-reader.ts'
import { attachmentOf } from '../bytes/content-disposition.ts'
import { describeRepresentation } from '../bytes/representation-headers.ts'
import type { IncomingRequest } from '../request/incoming.ts'
import { byteReplyBody, planByteReplyOf } from './bytes-reply.ts'
import { withEnd } from './counted-stream.ts'
import { preconditionFailedReply, rangeNotSatisfiableReply } from './error-replies.ts'
import type { Reply, StreamedBody } from './reply.ts'

/** Replies with an original (http-api.md §8.9). Its body fails with Overloaded while too many originals are sent. */
export type ReplyWithOriginal = (
  incoming: Pick<IncomingRequest, 'method' | 'headers'>,
  original: MediaOriginal,
) => Reply

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

  /** Counts the body while it is open, between two ranges, too. A place is taken when it is opened, not when it is planned. */
  const counted = ({ open }: StreamedBody): StreamedBody => ({
    open: async (onArriving) => {
      if (reads >= maxReads) return E.left(overloaded(retryAfterSeconds))
      reads += 1
      const release = () => {
        reads -= 1
      }
      const stream = await open(onArriving).catch((error: unknown) => {
        release()
        throw error
      })
      if (E.isRight(stream)) return E.right(withEnd(stream.right, release))
      release()
      return stream
    },
  })

  return ({ headers: requested, method }, { fileName, file, storedAt }) => {
    const { contentType, size, sha256 } = file
    const representation = describeRepresentation(
      { contentType, size, sha256, lastModified: storedAt },
      { 'Cache-Control': 'no-store', 'Content-Disposition': attachmentOf(fileName), ...untrusted },
    )
    // Range is defined for GET alone (RFC 9110 §14.2).
    const { range: _, ...conditions } = requested
    const { status, headers, body } = planByteReplyOf(representation, clock)(
      method === 'HEAD' ? conditions : requested,
      method,
    )
    if (status === 416) return rangeNotSatisfiableReply(headers)
    if (status === 412) return preconditionFailedReply
    const content = byteReplyBody(body, { read: (range) => read(file, range) })
    return { status, headers, body: content && counted(content) }
  }
}
