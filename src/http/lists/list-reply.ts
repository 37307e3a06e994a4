import type { Viewer } from '../../domain/access/viewer.ts'
import type { ByteRange } from '../../domain/shared/bytes.ts'
import type { SignableList } from '../../domain/shared/signable-list.ts'
import type { Signature } from '../../domain/shared/signature.ts'
import { E, TE } from '../../fp.ts'
import type { Found } from '../../ports/cache.ts'
import type { Clock } from '../../ports/clock.ts'
import type { ConditionalHeaders } from '../bytes/conditional.ts'
import { unsatisfiedRange } from '../bytes/content-range.ts'
import { multipartBody } from '../bytes/multipart-byteranges.ts'
import type { ByteReply } from '../bytes/plan-byte-reply.ts'
import type { Headers, Representation } from '../bytes/representation-headers.ts'
import { planOf } from '../bytes-reply.ts'
import type { Incoming } from '../incoming.ts'
import { listCacheControl, preconditionFailed, type Reply, rangeNotSatisfiable } from '../reply.ts'
import type { ListBodies, ListBody } from './list-bodies.ts'
import { type ListForm, tokenOf } from './list-form.ts'

const contentTypes = {
  json: 'application/json; charset=utf-8',
  m3u8: 'application/vnd.apple.mpegurl',
  dash: 'application/dash+xml',
} as const

export type ListFormat = keyof typeof contentTypes

export type ListToReply<S extends Signature> = {
  readonly found: Found<SignableList<S>>
  readonly format: ListFormat
  readonly viewer: Viewer | null
  /** Of this reply beyond those of every list. */
  readonly headers?: Headers
}

/** Answers with a list, signed for its viewer: http-api.md §6.1, §6.2, §7.1, §7.2. */
export type ListReply = <S extends Signature>(
  incoming: Pick<Incoming, 'method' | 'headers'>,
  list: ListToReply<S>,
) => TE.TaskEither<never, Reply>

const representationOf = (
  { body, headers }: ListBody,
  contentType: string,
  others: Headers,
): Representation => {
  const { 'Content-Encoding': _, ...varyAndTag } = headers
  const always = { 'Cache-Control': listCacheControl, ...varyAndTag, ...others }
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
    rangeNotSatisfiable: {
      'Content-Range': unsatisfiedRange(body.length),
      'Accept-Ranges': 'bytes',
      'Cache-Control': 'no-store',
    },
  }
}

const bodyOf = (planned: ByteReply['body'], bytes: Uint8Array): Reply['body'] => {
  const slice = ({ start, end }: ByteRange) => bytes.subarray(start, end)
  if (planned._tag === 'None') return null
  if (planned._tag === 'Range') return slice(planned.range)
  const open = async function* (range: ByteRange) {
    yield slice(range)
  }
  return { open: TE.of(multipartBody(planned.plan, async (range) => open(range))) }
}

/** A list that shows a token of its own, not the one that was brought, is not given again. */
const againOf = <S extends Signature>(
  { found: { value, isAtHand }, viewer }: ListToReply<S>,
  { piecesFor, size, etag }: ListForm,
  { whole: headers }: Representation,
  plan: (asked: ConditionalHeaders) => ByteReply,
): Pick<Reply, 'again'> => {
  const shows = tokenOf(value.signature)
  if (viewer === null || piecesFor === null || (shows !== '' && shows !== viewer.jwt)) return {}
  return {
    again: {
      viewer,
      isAtHand,
      headers,
      plan: (asked) => (asked.range === undefined ? plan(asked) : null),
      piecesFor,
      isShared: etag !== undefined,
      size,
    },
  }
}

/** Makes the one function that answers with lists. */
export const createListReply =
  (bodies: ListBodies, clock: Clock): ListReply =>
  (incoming, list) =>
  async () => {
    const { method, headers } = incoming
    // Ranges are of the plain list: some players ask for `bytes=0-` of everything.
    const acceptEncoding = headers.range === undefined ? headers['accept-encoding'] : 'identity'
    const made = await bodies(list.found.value, acceptEncoding)
    const representation = representationOf(made, contentTypes[list.format], list.headers ?? {})
    const plan = planOf(representation, clock)
    const planned = plan(headers, method)
    if (planned.status === 416) return E.right(rangeNotSatisfiable(planned.headers))
    if (planned.status === 412) return E.right(preconditionFailed)
    return E.right({
      status: planned.status,
      headers: planned.headers,
      body: bodyOf(planned.body, made.body),
      tiers: list.found.tiers,
      ...(headers.range === undefined ? againOf(list, made.form, representation, plan) : {}),
    })
  }
