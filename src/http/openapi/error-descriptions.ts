import * as t from 'io-ts'
import { oneOf } from '../../domain/shared/one-of.ts'
import type { ReplyHeader } from './header-descriptions.ts'

type ErrorDescription = {
  /** The words in the member `type` of the body (http-api.md §1.4). */
  readonly types: ReadonlyArray<string>
  readonly description: string
  readonly headers: ReadonlyArray<ReplyHeader>
}

const error = (
  types: string | ReadonlyArray<string>,
  description: string,
  headers: ReadonlyArray<ReplyHeader> = [],
): ErrorDescription => ({ types: [types].flat(), description, headers })

/** The errors of the HTTP API, by status. */
export const errorDescriptions = {
  400: error('bad_request', 'The body is not JSON in UTF-8, or ends early; or the request is malformed.'),
  401: error(['not_set', 'bad_format'], 'There is no token, or the header is not `bearer <token>`.', [
    'WWW-Authenticate',
  ]),
  403: error('invalid', 'The token does not permit this. Also for what does not exist.'),
  404: error('not_found', 'There is no such thing, or it has nothing to show.'),
  405: error('method_not_allowed', 'The route does not support this method.', ['Allow']),
  408: error('timeout', 'The request did not arrive in time.'),
  409: error(
    ['conflict', 'taken_down'],
    'The state does not permit this, the message says why; or the bytes were taken down.',
  ),
  412: error('precondition_failed', 'A condition of the request does not hold.'),
  413: error('too_large', 'The body is too large.'),
  415: error('unsupported_media', 'The type or coding of the body is not accepted, or the kind of the file.'),
  416: error('range_not_satisfiable', 'There are no bytes in this range.', ['Content-Range']),
  417: error('bad_expectation', 'The only supported expectation is `100-continue`.'),
  422: error(
    ['unprocessable', 'refused'],
    'A parameter or the body is invalid, `detail` has one entry for each fault; or the file is not accepted.',
  ),
  428: error('precondition_required', 'The header `If-Match` is missing.'),
  431: error('too_large', 'The headers are too large, or too many.'),
  500: error('internal', 'A fault of Larder.'),
  502: error('bad_origin', 'The stored bytes are damaged or missing.'),
  503: error(['overloaded', 'unavailable'], 'Too many requests wait, or a dependency does not respond.', [
    'Retry-After',
  ]),
  505: error('bad_version', 'Only HTTP/1.1 is supported.'),
  507: error('no_space', 'The disk has no space for the upload.'),
} as const satisfies Readonly<Record<number, ErrorDescription>>
export type ErrorStatus = keyof typeof errorDescriptions

const allTypes = [...new Set(Object.values(errorDescriptions).flatMap(({ types }) => types))].sort()

const Fault = t.strict(
  {
    loc: t.readonlyArray(t.string),
    msg: t.string,
    type: t.string,
  },
  'Fault',
)

/** The body of every error (http-api.md §1.4). `detail` is in those of status 422. */
export const ErrorJson = t.intersection(
  [
    t.strict({ type: oneOf('error_type', allTypes), message: t.string, markdown: t.string }),
    t.exact(t.partial({ detail: t.readonlyArray(Fault) })),
  ],
  'Error',
)

/** The body of an error for a client that prefers RFC 9457. */
export const ProblemJson = t.intersection(
  [
    t.strict({ type: t.string, title: t.string, status: t.number }),
    t.exact(t.partial({ errors: t.readonlyArray(Fault) })),
  ],
  'Problem',
)
