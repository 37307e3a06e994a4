import type { MediaOriginal } from '../../domain/library/media-item.ts'
import type { Clock } from '../../ports/clock.ts'
import type { UncachedReader } from '../../ports/uncached-reader.ts'
import { attachmentOf } from '../bytes/content-disposition.ts'
import { describeRepresentation } from '../bytes/representation-headers.ts'
import type { IncomingRequest } from '../request/incoming.ts'
import { byteReplyBody, planByteReplyOf } from './bytes-reply.ts'
import { preconditionFailedReply, rangeNotSatisfiableReply } from './error-replies.ts'
import type { Reply } from './reply.ts'

/** Replies with an original (http-api.md §8.9). */
export type ReplyWithOriginal = (
  incoming: Pick<IncomingRequest, 'method' | 'headers'>,
  original: MediaOriginal,
) => Reply

/**
 * The bytes of an original come from outside, perhaps with a type that a browser would run. They are saved, not
 * shown: as an attachment, and in a sandbox if a browser shows them nevertheless.
 */
const untrusted = { 'Content-Security-Policy': "sandbox; default-src 'none'" }

export const createReplyWithOriginal =
  (read: UncachedReader, clock: Clock): ReplyWithOriginal =>
  ({ headers: requested, method }, { fileName, file, storedAt }) => {
    const { contentType, size, sha256 } = file
    const representation = describeRepresentation(
      { contentType, size, sha256, lastModified: storedAt },
      { 'Cache-Control': 'no-store', 'Content-Disposition': attachmentOf(fileName), ...untrusted },
    )
    const { status, headers, body } = planByteReplyOf(representation, clock)(requested, method)
    if (status === 416) return rangeNotSatisfiableReply(headers)
    if (status === 412) return preconditionFailedReply
    return { status, headers, body: byteReplyBody(body, { read: (range) => read(file, range) }) }
  }
