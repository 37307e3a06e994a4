import { LarderError } from './larder-error.ts'
import type { components } from './openapi.ts'
import { readText } from './read-text.ts'

type ApiError = components['schemas']['Error']

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

const retryAfterOf = (text: string | null): number | null => {
  const seconds = Number(text ?? Number.NaN)
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null
}

type Faults = NonNullable<ApiError['detail']>

const isFault = (fault: unknown): fault is Faults[number] =>
  typeof fault === 'object' &&
  fault !== null &&
  'loc' in fault &&
  Array.isArray(fault.loc) &&
  'msg' in fault &&
  typeof fault.msg === 'string'

/** Returns the faults of an error; none, if they have another form. */
const faultsOf = (detail: unknown): Faults => (Array.isArray(detail) && detail.every(isFault) ? detail : [])

/** Returns the error of a reply with this status and body. */
export const errorOfBody = (
  status: number,
  text: string,
  headerOf: (name: string) => string | null,
): LarderError => {
  const common = {
    status,
    requestId: headerOf('x-request-id'),
    retryAfterSeconds: retryAfterOf(headerOf('retry-after')),
  }
  const body = parsed(text)
  if (!isApiError(body))
    return new LarderError({
      ...common,
      type: 'unexpected_reply',
      message: `a reply with status ${status} that is not one of Larder`,
    })
  const { type, message } = body
  const detail = faultsOf(body.detail)
  const faults = detail.map(({ loc, msg }) => `${loc.join('.')}: ${msg}`)
  return new LarderError({ ...common, type, message: [message, ...faults].join('; '), detail })
}

/** Returns the error of a reply that is not a success. Reads its body. */
export const errorOfReply = async (response: Response): Promise<LarderError> =>
  errorOfBody(response.status, await readText(response), (name) => response.headers.get(name))
