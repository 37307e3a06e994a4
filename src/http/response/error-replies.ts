import type { DomainError, ForbiddenReason } from '../../domain/shared/errors.ts'
import type { RequestFault, Unprocessable } from '../request/request-faults.ts'
import type { BufferedReply, Reply } from './reply.ts'
import type { ErrorBody } from './write-error.ts'

type ErrorTemplate = {
  readonly status: number
  readonly type: string
  readonly message: string
  readonly token?: ErrorBody['token']
}

// The error replies of http-api.md §1.4. A message does not depend on the cause of the error, because causes
// are logged and never sent to a client. The exception is a conflict, whose message is written for the
// caller, who is an admin.
const forms = {
  MissingCredential: { status: 401, type: 'not_set', message: 'a token is required' },
  MalformedCredential: {
    status: 401,
    type: 'bad_format',
    message: 'the Authorization header is not "bearer <token>"',
  },
  Forbidden: { status: 403, type: 'invalid', message: 'the token does not permit this' },
  NotFound: { status: 404, type: 'not_found', message: 'not found, or there is nothing to show' },
  Unprocessable: { status: 422, type: 'unprocessable', message: 'a parameter is invalid' },
  MalformedBody: { status: 400, type: 'bad_request', message: 'the body is malformed or incomplete' },
  UnsupportedMedia: {
    status: 415,
    type: 'unsupported_media',
    message: 'the type or the coding of the body is not accepted',
  },
  MalformedUpload: {
    status: 400,
    type: 'bad_request',
    message: 'Upload-Length, Upload-Defer-Length, Upload-Offset or Upload-Metadata is missing or wrong',
  },
  WrongTusVersion: {
    status: 412,
    type: 'precondition_failed',
    message: 'the header Tus-Resumable has to be 1.0.0',
  },
  SlowRequest: { status: 408, type: 'timeout', message: 'the request did not arrive in time' },
  Refused: { status: 422, type: 'unprocessable', message: 'the file cannot be accepted' },
  NotAccepted: { status: 422, type: 'refused', message: 'the file cannot be accepted' },
  WrongKind: { status: 415, type: 'unsupported_media', message: 'files of this kind are not accepted here' },
  TakenDown: {
    status: 409,
    type: 'taken_down',
    message: 'these bytes were taken down, so they are not accepted again',
  },
  NoSpace: { status: 507, type: 'no_space', message: 'the disk has no space for this file' },
  Conflict: { status: 409, type: 'conflict', message: 'its current state does not permit this' },
  VersionMismatch: {
    status: 412,
    type: 'precondition_failed',
    message: 'it was changed since; read it again',
  },
  VersionTagMissing: {
    status: 412,
    type: 'precondition_failed',
    message: 'If-Match has no ETag of a file: expected is one as the file was read with, such as "3", or *',
  },
  PreconditionMissing: {
    status: 428,
    type: 'precondition_required',
    message: 'the header If-Match is required; * overwrites any version',
  },
  TooLarge: { status: 413, type: 'too_large', message: 'the body of the request is too large' },
  Overloaded: {
    status: 503,
    type: 'overloaded',
    message: 'too many requests are waiting; try again in a moment',
  },
  Unavailable: { status: 503, type: 'unavailable', message: 'try again in a moment' },
  BadOrigin: { status: 502, type: 'bad_origin', message: 'the stored bytes are damaged or missing' },
} satisfies Record<(DomainError | RequestFault)['_tag'], ErrorTemplate>

// Faults that reveal nothing about which files exist, so clients are told about them: those of a token that its signature
// alone shows, and that a file is not public, which is also said of a file that does not exist.
const toldFaults: Partial<Record<ForbiddenReason, Partial<ErrorTemplate>>> = {
  expired: { token: 'expired', message: 'the token has expired' },
  malformed: { token: 'damaged' },
  signature: { token: 'damaged' },
  unknown_key: { token: 'damaged' },
  not_public: { message: 'there is no public file with this uid' },
}

export const errorReply = (
  { status, type, message, token = null }: ErrorTemplate,
  detail: ErrorBody['detail'] = null,
  headers: Readonly<Record<string, string>> = {},
): BufferedReply => ({
  status,
  headers: { 'Cache-Control': 'no-store', ...headers },
  body: { _tag: 'ErrorBody', status, type, message, detail, token },
})

const unprocessableForm = ({ detail }: Unprocessable): ErrorTemplate =>
  detail[0]?.loc[0] === 'body'
    ? { ...forms.Unprocessable, message: 'the body is invalid' }
    : forms.Unprocessable

const retryAfter = (seconds: number) => ({ 'Retry-After': String(seconds) })

export const toErrorReply = (error: DomainError | RequestFault): BufferedReply => {
  const form = forms[error._tag]
  if (error._tag === 'Unprocessable') return errorReply(unprocessableForm(error), error.detail)
  if (error._tag === 'Forbidden') return errorReply(Object.assign({}, form, toldFaults[error.reason]))
  if (error._tag === 'Conflict' || error._tag === 'NotAccepted')
    return errorReply(Object.assign({}, form, { message: error.message }))
  if (error._tag === 'TooLarge' && error.maxBytes > 0)
    return errorReply(
      Object.assign({}, form, { message: `at most ${error.maxBytes} bytes are accepted here` }),
    )
  if (error._tag === 'Unavailable') return errorReply(form, null, retryAfter(2))
  if (error._tag === 'Overloaded') return errorReply(form, null, retryAfter(error.retryAfterSeconds))
  if (form.status === 401) return errorReply(form, null, { 'WWW-Authenticate': 'Bearer' })
  return errorReply(form)
}

export const routeNotFoundReply = errorReply({
  status: 404,
  type: 'not_found',
  message: 'there is no such route',
})
export const methodNotAllowedReply = (allow: string): BufferedReply =>
  errorReply(
    { status: 405, type: 'method_not_allowed', message: 'the route does not support this method' },
    null,
    { Allow: allow },
  )
export const internalServerErrorReply = errorReply({
  status: 500,
  type: 'internal',
  message: 'internal server error',
})

export const preconditionFailedReply = errorReply({
  status: 412,
  type: 'precondition_failed',
  message: 'the stored bytes do not match the condition',
})
export const rangeNotSatisfiableReply = (headers: Readonly<Record<string, string>>): Reply =>
  errorReply(
    { status: 416, type: 'range_not_satisfiable', message: 'the file has no bytes in this range' },
    null,
    headers,
  )
