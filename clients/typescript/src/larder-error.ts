import type { components } from './openapi.ts'

type ApiError = components['schemas']['Error']

/** Why a call failed without a reply of Larder, or a file has no exports. */
type ClientErrorType =
  /** No reply: the server cannot be reached, or the connection broke. */
  | 'unreachable'
  /** The time limit of the call was over. */
  | 'timed_out'
  /** A reply that is not one of Larder, for example of a proxy. */
  | 'unexpected_reply'
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

const isApiError = (body: unknown): body is ApiError =>
  typeof body === 'object' &&
  body !== null &&
  'type' in body &&
  typeof body.type === 'string' &&
  'message' in body &&
  typeof body.message === 'string'

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

const retryAfterIn = (headers: Headers): number | null => {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN)
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null
}

/** Returns the error of a reply that is not a success. Reads its body. */
export const errorOfReply = async (response: Response): Promise<LarderError> => {
  const { status, headers } = response
  const common = {
    status,
    requestId: headers.get('x-request-id'),
    retryAfterSeconds: retryAfterIn(headers),
  }
  const body = parsed(await response.text())
  if (!isApiError(body))
    return new LarderError({
      ...common,
      type: 'unexpected_reply',
      message: `a reply with status ${status} that is not one of Larder`,
    })
  const { type, message, detail = [] } = body
  const faults = detail.map(({ loc, msg }) => `${loc.join('.')}: ${msg}`)
  return new LarderError({ ...common, type, message: [message, ...faults].join('; '), detail })
}
