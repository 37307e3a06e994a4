import type { ByteStream } from '../../domain/media/bytes.ts'
import type { BadOrigin, DomainError, ForbiddenReason, Unavailable } from '../../domain/shared/errors.ts'
import type { E } from '../../fp.ts'
import type { BlobStream } from '../../ports/blob-cache.ts'
import type { Clock } from '../../ports/clock.ts'
import type { TierOutcome } from '../../ports/tier-outcome.ts'
import type { Replayable } from '../replay/replayable.ts'
import type { ErrorBody } from './error-body.ts'
import type { HttpError } from './http-error.ts'

/** A response as data. Routes return one; only handle.ts writes it to Koa. */
export type Reply = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array | StreamedBody | ErrorBody | null
  /** Outcome of each cache tier for the data in this reply; a streamed body reports its own. */
  readonly tiers?: ReadonlyArray<TierOutcome>
  /** Present if the replay cache may store the reply. */
  readonly replay?: Replayable
}

/** A reply whose body is in memory. */
export type ReadyReply = Reply & { readonly body: Exclude<Reply['body'], StreamedBody> }

/**
 * A body that is opened only when it is sent, so not for HEAD. Its length is in the headers. `onArriving` is
 * called when other bytes of the same file arrive while the reply waits for its own.
 */
export type StreamedBody = {
  readonly open: (
    onArriving: () => void,
  ) => Promise<E.Either<BadOrigin | Unavailable, ByteStream | BlobStream>>
}

type ListAudience = {
  readonly isPublic: boolean
  /** Remaining lifetime (seconds) of the token that the list contains or depends on; `null`: no token. */
  readonly secondsLeft: number | null
}

/** Cache-Control of every list (http-api.md §6.3). No list outlives its token in a cache (V13). Hot path. */
export const listCacheControl = ({ isPublic, secondsLeft }: ListAudience): string => {
  const left = secondsLeft === null ? Number.POSITIVE_INFINITY : Math.max(0, Math.floor(secondsLeft))
  return `${isPublic ? 'public' : 'private'}, max-age=${Math.min(30, left)}, stale-while-revalidate=${Math.min(
    300,
    left,
  )}, stale-if-error=${Math.min(86_400, left)}`
}

/** Returns the remaining lifetime of a token (seconds); `exp` is in seconds since 1970. */
export const secondsUntil = (exp: number, clock: Clock): number => exp - Math.floor(clock() / 1000)

/** A reply that must not be cached, because it is valid only at this moment. */
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

// http-api.md §1.4. The message does not depend on the cause: causes go to the log, never to a client. The
// exception is a conflict, whose message is written for the caller, an admin.
const forms = {
  NotSet: { status: 401, type: 'not_set', message: 'a token is required' },
  BadFormat: { status: 401, type: 'bad_format', message: 'the Authorization header is not "bearer <token>"' },
  Forbidden: { status: 403, type: 'invalid', message: 'the token does not permit this' },
  NotFound: { status: 404, type: 'not_found', message: 'not found, or there is nothing to show' },
  Unprocessable: { status: 422, type: 'unprocessable', message: 'a parameter is invalid' },
  MalformedBody: { status: 400, type: 'bad_request', message: 'the body is not JSON, or breaks off' },
  UnsupportedMedia: {
    status: 415,
    type: 'unsupported_media',
    message: 'the body is not application/json without a content coding',
  },
  SlowRequest: { status: 408, type: 'timeout', message: 'the request did not arrive in time' },
  Refused: { status: 422, type: 'unprocessable', message: 'the file cannot be accepted' },
  Conflict: { status: 409, type: 'conflict', message: 'the state of this does not permit it' },
  TooLarge: { status: 413, type: 'too_large', message: 'the body of the request is too large' },
  Overloaded: {
    status: 503,
    type: 'overloaded',
    message: 'too many requests are waiting; try again in a moment',
  },
  Unavailable: { status: 503, type: 'unavailable', message: 'try again in a moment' },
  BadOrigin: { status: 502, type: 'bad_origin', message: 'the stored bytes are damaged or missing' },
} satisfies Record<(DomainError | HttpError)['_tag'], ErrorForm>

// The signature alone decides these, so they reveal nothing about what exists.
const tokenFaults: Partial<Record<ForbiddenReason, Partial<ErrorForm>>> = {
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

const retryAfter = (seconds: number) => ({ 'Retry-After': String(seconds) })

export const fromError = (error: DomainError | HttpError): ReadyReply => {
  const form = forms[error._tag]
  if (error._tag === 'Unprocessable') return errorReply(form, error.detail)
  if (error._tag === 'Forbidden') return errorReply(Object.assign({}, form, tokenFaults[error.reason]))
  if (error._tag === 'Conflict') return errorReply(Object.assign({}, form, { message: error.message }))
  if (error._tag === 'Unavailable') return errorReply(form, null, retryAfter(2))
  if (error._tag === 'Overloaded') return errorReply(form, null, retryAfter(error.retryAfterSeconds))
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
  message: 'internal server error',
})
/** The reply to `OPTIONS *` (RFC 9110 §9.3.7). */
export const optionsOfAll: ReadyReply = { status: 204, headers: { Allow: 'GET, HEAD, OPTIONS' }, body: null }

export const preconditionFailed = errorReply({
  status: 412,
  type: 'precondition_failed',
  message: 'the stored bytes do not match the condition',
})
export const rangeNotSatisfiable = (headers: Readonly<Record<string, string>>): Reply =>
  errorReply(
    { status: 416, type: 'range_not_satisfiable', message: 'the file has no bytes in this range' },
    null,
    headers,
  )
