import { isUnrestricted } from '../../domain/access/restrictions.ts'
import type { SignablePlaylist } from '../../domain/access/signable-playlist.ts'
import type { Signature } from '../../domain/access/signature.ts'
import type { Caller } from '../../domain/access/viewer.ts'
import type { Found } from '../../domain/caching/found.ts'
import type { ByteRange } from '../../domain/media/bytes.ts'
import { E, TE } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import type { ConditionalHeaders } from '../bytes/conditional.ts'
import { unsatisfiedRangeHeaders } from '../bytes/content-range.ts'
import { multipartBody } from '../bytes/multipart-byteranges.ts'
import type { ByteReplyPlan } from '../bytes/plan-byte-reply.ts'
import { type PublicCaching, publicListHeaders } from '../bytes/public-caching.ts'
import type { Headers, Representation } from '../bytes/representation-headers.ts'
import type { Replayable, ReplayBody } from '../replay/replayable.ts'
import type { IncomingRequest } from '../request/incoming.ts'
import { planByteReplyOf } from '../response/bytes-reply.ts'
import { preconditionFailedReply, rangeNotSatisfiableReply } from '../response/error-replies.ts'
import { playlistCacheControl, publicReply, type Reply, secondsUntilExpiry } from '../response/reply.ts'
import type { PlaylistBodies, PlaylistBody, PlaylistFormat } from './playlist-bodies.ts'

const contentTypes = {
  json: 'application/json; charset=utf-8',
  m3u8: 'application/vnd.apple.mpegurl',
  dash: 'application/dash+xml',
} as const satisfies Record<PlaylistFormat, string>

type PlaylistReplyInput<S extends Signature> = {
  readonly found: Found<SignablePlaylist<S>>
  readonly format: PlaylistFormat
  readonly viewer: Caller
  /** The new token of a reply to `public=1`, and the time at which it expires (seconds since 1970). */
  readonly minted?: { readonly jwt: string; readonly exp: number }
}

/**
 * Replies with a playlist, signed for its viewer (http-api.md §6.1, §6.2, §7.1, §7.2). The playlist says whether it is
 * one of a public file, which shared caches may store.
 */
export type ReplyWithPlaylist = <S extends Signature>(
  incoming: Pick<IncomingRequest, 'method' | 'headers'>,
  list: PlaylistReplyInput<S>,
) => TE.TaskEither<never, Reply>

const representationOf = (
  { body, headers }: PlaylistBody,
  contentType: string,
  cacheHeaders: Headers,
  others: Headers,
): Representation => {
  const { 'Content-Encoding': _, ...varyAndTag } = headers
  const always = { ...cacheHeaders, ...varyAndTag, ...others }
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
  if (body === null || (viewer === null && value.publicFile === undefined)) return null
  return {
    viewer,
    file: null,
    isStillCached,
    headers,
    plan: (conditions) => (conditions.range === undefined ? plan(conditions) : null),
    body,
    cacheControlFor: viewer === null ? null : playlistCacheControl,
    size: listBody.representation.size + value.text.length,
  }
}

/** Creates the only function that replies with playlists. */
export const createReplyWithPlaylist =
  (bodies: PlaylistBodies, clock: Clock, publicCaching: PublicCaching): ReplyWithPlaylist =>
  (incoming, list) =>
  async () => {
    const { method, headers } = incoming
    // If the request has a Range header, the playlist is not encoded. Ranges refer to the unencoded playlist,
    // because some players send `bytes=0-` with every request.
    const acceptEncoding = headers.range === undefined ? headers['accept-encoding'] : 'identity'
    const { viewer, minted, found } = list
    const isSeldom = viewer !== null && !isUnrestricted(viewer.grant.restrictions)
    const { publicFile } = found.value
    const exp = viewer?.grant.exp ?? minted?.exp ?? 0
    const listBody = await bodies(found.value, list.format, acceptEncoding, isSeldom)
    const representation = representationOf(
      listBody,
      contentTypes[list.format],
      publicFile === undefined
        ? { 'Cache-Control': playlistCacheControl(secondsUntilExpiry(exp, clock)) }
        : publicListHeaders(publicCaching, publicFile),
      minted === undefined ? {} : { 'x-image-file-jwt': minted.jwt },
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
      tiers: found.tiers,
      ...(viewer === null && publicReply),
      ...(replay === null ? {} : { replay }),
    })
  }
