import type { components } from './openapi.ts'

type ApiError = components['schemas']['Error']

/** Why a call failed without a reply of Larder, or a file cannot be read, or has no exports. */
type ClientErrorType =
  /** No reply: the server cannot be reached, or the connection broke. */
  | 'unreachable'
  /** The time limit of the call was over. */
  | 'timed_out'
  /** A reply that is not one of Larder, for example of a proxy. */
  | 'unexpected_reply'
  /** The bytes of an upload cannot be read where they are: the file was removed or has changed, or the disk fails. */
  | 'unreadable_source'
  /** The exports of a file could not be made. */
  | 'exports_failed'

export type LarderErrorType = ApiError['type'] | ClientErrorType

type LarderErrorFields = {
  readonly type: LarderErrorType
  readonly message: string
  readonly status?: number
  readonly requestId?: string | null
  readonly detail?: ApiError['detail']
  readonly retryAfterSeconds?: number | null
  readonly cause?: unknown
}

/** The one error of this client. Only an abort by the caller's own signal fails with something else: its reason. */
export class LarderError extends Error {
  override readonly name = 'LarderError'
  /** A word for programs, as in the table of errors of the HTTP API. */
  readonly type: LarderErrorType
  /** The status of the reply; 0 if there was none. */
  readonly status: number
  /** The `X-Request-Id` of the reply, with which a log line can be found. */
  readonly requestId: string | null
  /** The faults of parameters and body of a 422. */
  readonly detail: NonNullable<ApiError['detail']>
  /** When the server asks for the next try, in seconds. */
  readonly retryAfterSeconds: number | null

  constructor(fields: LarderErrorFields) {
    super(fields.message, fields.cause === undefined ? {} : { cause: fields.cause })
    this.type = fields.type
    this.status = fields.status ?? 0
    this.requestId = fields.requestId ?? null
    this.detail = fields.detail ?? []
    this.retryAfterSeconds = fields.retryAfterSeconds ?? null
  }
}
