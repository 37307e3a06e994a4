import { isUnrestricted } from '../../domain/access/restrictions.ts'
import type { SignablePlaylist } from '../../domain/access/signable-playlist.ts'
import type { Signature } from '../../domain/access/signature.ts'
import type { Viewer } from '../../domain/access/viewer.ts'
import type { Found } from '../../domain/caching/found.ts'
import type { ByteRange } from '../../domain/media/bytes.ts'
import { E, TE } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import type { ConditionalHeaders } from '../bytes/conditional.ts'
import { unsatisfiedRangeHeaders } from '../bytes/content-range.ts'
import { multipartBody } from '../bytes/multipart-byteranges.ts'
import type { ByteReplyPlan } from '../bytes/plan-byte-reply.ts'
import type { Headers, Representation } from '../bytes/representation-headers.ts'
import type { Replayable, ReplayBody } from '../replay/replayable.ts'
import type { IncomingRequest } from '../request/incoming.ts'
import { planByteReplyOf } from '../response/bytes-reply.ts'
import { preconditionFailedReply, rangeNotSatisfiableReply } from '../response/error-replies.ts'
import { playlistCacheControl, type Reply, secondsUntilExpiry } from '../response/reply.ts'
import type { PlaylistBodies, PlaylistBody, PlaylistFormat } from './playlist-bodies.ts'

const contentTypes = {
  json: 'application/json; charset=utf-8',
  m3u8: 'application/vnd.apple.mpegurl',
  dash: 'application/dash+xml',
} as const satisfies Record<PlaylistFormat, string>

type PlaylistReplyInput<S extends Signature> = {
  readonly found: Found<SignablePlaylist<S>>
  readonly format: PlaylistFormat
  readonly viewer: Viewer | null
  /** Time at which the token that the playlist contains or depends on expires (seconds since 1970). */
  readonly exp: number
  /** Additional headers of this reply. */
  readonly headers?: Headers
}

/** Replies with a playlist, signed for its viewer (http-api.md §6.1, §6.2, §7.1, §7.2). */
export type ReplyWithPlaylist = <S extends Signature>(
  incoming: Pick<IncomingRequest, 'method' | 'headers'>,
  list: PlaylistReplyInput<S>,
) => TE.TaskEither<never, Reply>

const representationOf = (
  { body, headers }: PlaylistBody,
  contentType: string,
  cacheControl: string,
  others: Headers,
): Representation => {
  const { 'Content-Encoding': _, ...varyAndTag } = headers
  const always = { 'Cache-Control': cacheControl, ...varyAndTag, ...others }
  return {
    size: body.length,
    contentType,
    etag: headers.ETag,
    lastModified: undefined,
    whole: {
      'Content-Type': contentType,
      'Content-Length': String(body.length),
      'Accept-Ranges': 'bytes',
      ...always,
      ...headers,
    },
    notModified: always,
    rangeNotSatisfiable: unsatisfiedRangeHeaders(body.length),
  }
}

const bodyOf = (planned: ByteReplyPlan['body'], bytes: Uint8Array): Reply['body'] => {
  const slice = ({ start, end }: ByteRange) => bytes.subarray(start, end)
  if (planned._tag === 'None') return null
  if (planned._tag === 'Range') return slice(planned.range)
  const open = async function* (range: ByteRange) {
    yield slice(range)
  }
  return { open: TE.of(multipartBody(planned.plan, async (range) => open(range))) }
}

/**
 * Returns the body for replays to other viewers. Returns `null` if the reply must not be replayed: the token
 * in the playlist was minted for this reply, or filling in a token needs more work than a copy.
 */
const replayBodyOf = <S extends Signature>(
  { signature }: SignablePlaylist<S>,
  { body, representation: { etag, piecesFor } }: PlaylistBody,
): ReplayBody | null => {
  const source = 'source' in signature ? signature.source : 'none'
  if (source === 'minted') return null
  if (etag !== undefined) return { _tag: 'Stored', bytes: body }
  if (source !== 'copied' || piecesFor === null || !('jwt' in signature)) return null
  return { _tag: 'Template', tokenLength: signature.jwt.length, fill: piecesFor }
}

const replayableOf = <S extends Signature>(
  { found: { value, isStillCached }, viewer }: PlaylistReplyInput<S>,
  listBody: PlaylistBody,
  { whole: headers }: Representation,
  plan: (conditions: ConditionalHeaders) => ByteReplyPlan,
): Replayable | null => {
  const body = replayBodyOf(value, listBody)
  if (viewer === null || body === null) return null
  return {
    viewer,
    file: null,
    isStillCached,
    headers,
    plan: (conditions) => (conditions.range === undefined ? plan(conditions) : null),
    body,
    cacheControlFor: (secondsLeft) => playlistCacheControl({ isPublic: false, secondsLeft }),
    size: listBody.representation.size + value.text.length,
  }
}

/** Creates the only function that replies with playlists. */
export const createReplyWithPlaylist =
  (bodies: PlaylistBodies, clock: Clock): ReplyWithPlaylist =>
  (incoming, list) =>
  async () => {
    const { method, headers } = incoming
    // If the request has a Range header, the playlist is not encoded. Ranges refer to the unencoded playlist,
    // because some players send `bytes=0-` with every request.
    const acceptEncoding = headers.range === undefined ? headers['accept-encoding'] : 'identity'
    const isSeldom = list.viewer !== null && !isUnrestricted(list.viewer.grant.restrictions)
    const listBody = await bodies(list.found.value, list.format, acceptEncoding, isSeldom)
    const representation = representationOf(
      listBody,
      contentTypes[list.format],
      playlistCacheControl({ isPublic: false, secondsLeft: secondsUntilExpiry(list.exp, clock) }),
      list.headers ?? {},
    )
    const plan = planByteReplyOf(representation, clock)
    const planned = plan(headers, method)
    if (planned.status === 416) return E.right(rangeNotSatisfiableReply(planned.headers))
    if (planned.status === 412) return E.right(preconditionFailedReply)
    const replay = headers.range === undefined ? replayableOf(list, listBody, representation, plan) : null
    return E.right({
      status: planned.status,
      headers: planned.headers,
      body: bodyOf(planned.body, listBody.body),
      tiers: list.found.tiers,
      ...(replay === null ? {} : { replay }),
    })
  }
