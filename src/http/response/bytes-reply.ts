import { randomBytes } from 'node:crypto'
import type { Caller } from '../../domain/access/viewer.ts'
import type { Found } from '../../domain/caching/found.ts'
import type { ByteSource } from '../../domain/export/byte-source.ts'
import type { ByteRange, ByteStream } from '../../domain/media/bytes.ts'
import type { BadOrigin, Unavailable } from '../../domain/shared/errors.ts'
import { toStreamError } from '../../domain/shared/stream-failure.ts'
import { E, type TE } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import type { ConditionalHeaders } from '../bytes/conditional.ts'
import { multipartBody } from '../bytes/multipart-byteranges.ts'
import { type ByteReplyPlan, planByteReply } from '../bytes/plan-byte-reply.ts'
import { type PublicCaching, publicByteHeaders } from '../bytes/public-caching.ts'
import { describeRepresentation, type Headers, type Representation } from '../bytes/representation-headers.ts'
import type { IncomingRequest } from '../request/incoming.ts'
import { preconditionFailedReply, rangeNotSatisfiableReply } from './error-replies.ts'
import { joinHeaders } from './join-headers.ts'
import { publicReply, type Reply, type StreamedBody } from './reply.ts'

/**
 * Creates a reply with stored bytes. `extra` contains headers of a route that selects a representation. These
 * headers take precedence over the headers of the bytes. A reply with `extra` cannot be replayed, because the
 * selection depends on more than the replay key contains.
 */
export type ReplyWithBytes = (
  incoming: IncomingRequest,
  bytes: Found<ByteSource>,
  viewer: Caller,
  extra?: Headers,
) => Reply

/** Returns a boundary of multipart/byteranges (RFC 2046 §5.1.1). */
const newBoundary = (): string => randomBytes(18).toString('hex')

/** Returns a function that plans replies with one representation. Any method except HEAD counts as GET. */
export const planByteReplyOf =
  (representation: Representation, clock: Clock) =>
  (headers: ConditionalHeaders, method = 'GET'): ByteReplyPlan =>
    planByteReply({
      method: method === 'HEAD' ? 'HEAD' : 'GET',
      headers,
      representation,
      clock,
      newBoundary,
    })

type ReadRange = (
  range: ByteRange,
  onArriving?: () => void,
) => TE.TaskEither<BadOrigin | Unavailable, ByteStream>

/**
 * Opens a range. Throws if that fails. Ranges are opened one by one after the status was sent, so a failure
 * can only interrupt the stream.
 */
const openOrThrow =
  (read: ReadRange) =>
  async (range: ByteRange): Promise<ByteStream> => {
    const stream = await read(range)()
    if (E.isLeft(stream)) throw toStreamError(stream.left)
    return stream.right
  }

/** Returns the body of a planned reply. `read` opens a range. */
export const byteReplyBody = (
  body: ByteReplyPlan['body'],
  { read }: { readonly read: ReadRange },
): StreamedBody | null => {
  if (body._tag === 'None') return null
  if (body._tag === 'Range') return { open: (onArriving) => read(body.range, onArriving)() }
  return {
    open: async (onArriving) => {
      const readOne: ReadRange = (range) => read(range, onArriving)
      return E.right(multipartBody(body.plan, openOrThrow(readOne)))
    },
  }
}

/** A chosen representation may soon be another one, so a CDN stores it no longer than a browser. */
const withoutCdn = ({ 'CDN-Cache-Control': _, ...headers }: Headers): Headers => headers

/** Creates the only function that replies with exports (http-api.md §6). */
export const createReplyWithBytes = (clock: Clock, publicCaching: PublicCaching): ReplyWithBytes => {
  const describe = (bytes: ByteSource): Representation =>
    bytes.isPublic
      ? describeRepresentation(bytes, publicByteHeaders(publicCaching, bytes.ofFile.file))
      : describeRepresentation(bytes)
  const representations = new WeakMap<ByteSource, Representation>()
  const representationOf = (bytes: ByteSource): Representation => {
    const representation = representations.get(bytes) ?? describe(bytes)
    representations.set(bytes, representation)
    return representation
  }

  return (incoming, { value: bytes, tiers, isStillCached }, viewer, extra) => {
    const representation = representationOf(bytes)
    const plan = planByteReplyOf(representation, clock)
    const { status, headers, body } = plan(incoming.headers, incoming.method)
    if (status === 416) return rangeNotSatisfiableReply(headers)
    if (status === 412) return preconditionFailedReply
    const content = byteReplyBody(body, bytes)
    const { ofFile } = bytes
    const common = { status, body: content, tiers, ofFile, ...(bytes.isPublic && publicReply) }
    if (extra !== undefined) return { ...common, headers: joinHeaders(withoutCdn(headers), extra) }
    return {
      ...common,
      headers,
      replay: {
        viewer,
        file: ofFile.file,
        isStillCached,
        headers: representation.whole,
        plan,
        body: { _tag: 'Cached', bytes: bytes.peek },
        cacheControlFor: null,
        size: 0,
      },
    }
  }
}
