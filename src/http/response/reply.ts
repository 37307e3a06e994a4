import type { ByteStream } from '../../domain/media/bytes.ts'
import type { BadOrigin, DomainError, ForbiddenReason, Unavailable } from '../../domain/shared/errors.ts'
import type { E } from '../../fp.ts'
import type { BlobStream } from '../../ports/blob-cache.ts'
import type { Clock } from '../../ports/clock.ts'
import type { TierOutcome } from '../../ports/tier-answer.ts'
import type { Replayable } from '../replay/replayable.ts'
import type { ErrorBody } from './error-body.ts'
import type { HttpError } from './http-error.ts'

/** A response as data. Routes return one; handle.ts alone writes it to Koa. */
export type Reply = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array | StreamedBody | ErrorBody | null
  /** How the cache came by what is told in it; of a stream, the stream tells. */
  readonly tiers?: ReadonlyArray<TierOutcome>
  /** Of one that can be given again. */
  readonly again?: Replayable
}

/** One whose body is at hand. */
export type ReadyReply = Reply & { readonly body: Exclude<Reply['body'], StreamedBody> }

/**
 * Bytes that are opened only when they are really sent: not for HEAD. Their length is in the headers. `onArriving` is
 * called while they are waited for and others of the same file come in.
 */
export type StreamedBody = {
  readonly open: (
    onArriving: () => void,
  ) => Promise<E.Either<BadOrigin | Unavailable, ByteStream | BlobStream>>
}

type ListAudience = {
  readonly isPublic: boolean
  /** Seconds for which the token is still good that the list bears or depends on; `null`: there is none. */
  readonly secondsLeft: number | null
}

/** Of every list (http-api.md §6.3). No list is kept for longer than its token opens anything (V13). Hot path. */
export const listCacheControl = ({ isPublic, secondsLeft }: ListAudience): string => {
  const left = secondsLeft === null ? Number.POSITIVE_INFINITY : Math.max(0, Math.floor(secondsLeft))
  return `${isPublic ? 'public' : 'private'}, max-age=${Math.min(30, left)}, stale-while-revalidate=${Math.min(
    300,
    left,
  )}, stale-if-error=${Math.min(86_400, left)}`
}

/** The life of a token at this moment; `exp` is in seconds since 1970. */
export const secondsUntil = (exp: number, clock: Clock): number => exp - Math.floor(clock() / 1000)

/** What is true only now. */
export const jsonReply = (body: unknown, status = 200): Reply => ({
  status,
  headers: { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' },
  body: JSON.stringify(body),
})

type ErrorForm = {
  readonly status: number
  readonly type: string
  readonly message: string
  readonly token?: ErrorBody['token']
}

// http-api.md §1.4. The message is the same whatever the cause: causes go to the log, never to a client.
const forms = {
  NotSet: { status: 401, type: 'not_set', message: 'a token is required' },
  BadFormat: { status: 401, type: 'bad_format', message: 'the Authorization header is not "bearer <token>"' },
  Forbidden: { status: 403, type: 'invalid', message: 'the token does not permit this' },
  NotFound: { status: 404, type: 'not_found', message: 'there is no such thing, or nothing to show of it' },
  Unprocessable: { status: 422, type: 'unprocessable', message: 'a parameter does not fit' },
  Refused: { status: 422, type: 'unprocessable', message: 'the file cannot be taken' },
  Unavailable: { status: 503, type: 'unavailable', message: 'try again in a moment' },
  BadOrigin: { status: 502, type: 'bad_origin', message: 'the stored bytes are not what they should be' },
} satisfies Record<(DomainError | HttpError)['_tag'], ErrorForm>

// What the signature alone decides says nothing of what there is.
const ofToken: Partial<Record<ForbiddenReason, Partial<ErrorForm>>> = {
  expired: { token: 'expired', message: 'the token has expired' },
  malformed: { token: 'damaged' },
  signature: { token: 'damaged' },
  unknown_key: { token: 'damaged' },
}

export const errorReply = (
  { status, type, message, token = null }: ErrorForm,
  detail: ErrorBody['detail'] = null,
  headers: Readonly<Record<string, string>> = {},
): ReadyReply => ({
  status,
  headers: { 'Cache-Control': 'no-store', ...headers },
  body: { _tag: 'ErrorBody', status, type, message, detail, token },
})

export const fromError = (error: DomainError | HttpError): ReadyReply => {
  const form = forms[error._tag]
  if (error._tag === 'Unprocessable') return errorReply(form, error.detail)
  if (error._tag === 'Forbidden') return errorReply(Object.assign({}, form, ofToken[error.reason]))
  if (error._tag === 'Unavailable') return errorReply(form, null, { 'Retry-After': '2' })
  if (form.status === 401) return errorReply(form, null, { 'WWW-Authenticate': 'Bearer' })
  return errorReply(form)
}

export const routeNotFound = errorReply({ status: 404, type: 'not_found', message: 'there is no such route' })
export const methodNotAllowed = (allow: string): ReadyReply =>
  errorReply(
    { status: 405, type: 'method_not_allowed', message: 'the route does not have this method' },
    null,
    { Allow: allow },
  )
export const internalServerError = errorReply({
  status: 500,
  type: 'internal',
  message: 'something is broken here',
})
/** To `OPTIONS *` (RFC 9110 §9.3.7). */
export const optionsOfAll: ReadyReply = { status: 204, headers: { Allow: 'GET, HEAD, OPTIONS' }, body: null }

/** More came than this process takes on (http-api.md §13.2). */
export const overloaded = errorReply(
  { status: 503, type: 'overloaded', message: 'too many requests wait; try again in a moment' },
  null,
  { 'Retry-After': '2' },
)
export const preconditionFailed = errorReply({
  status: 412,
  type: 'precondition_failed',
  message: 'the stored bytes are not those of the condition',
})
export const rangeNotSatisfiable = (headers: Readonly<Record<string, string>>): Reply =>
  errorReply(
    { status: 416, type: 'range_not_satisfiable', message: 'no byte of the range is there' },
    null,
    headers,
  )
