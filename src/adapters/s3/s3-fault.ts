import { errnoOf } from '../platform/errno.ts'

type Facts = {
  /** The SDK's name of the error. It is S3's error code, if the response has one. */
  readonly name: string
  /** Node's error code, such as `ECONNREFUSED`; empty if there is none. */
  readonly code: string
  /** HTTP status; 0 if there was no response. */
  readonly status: number
  readonly message: string
}

const networkCodes = /^(ECONN|EHOST|ENET|EAI_|EPIPE|ETIMEDOUT|ENOTFOUND)/
const tlsCodes = /EPROTO|CERT|TLS|SSL/

type Where = { readonly bucket: string; readonly endpoint: string | null }

export const isNoSuchKey = (error: unknown): boolean => factsOf(error).name === 'NoSuchKey'

/** Returns whether the object exists, but ends before the requested range begins. */
export const isRangeNotSatisfiable = (error: unknown): boolean => factsOf(error).status === 416

/** Explains an error to operators in one line: the cause and its remedy. */
export const explainS3Fault = (error: unknown, { bucket, endpoint }: Where): string => {
  const facts = factsOf(error)
  const store = endpoint ?? 'AWS'
  switch (facts.name) {
    case 'NoSuchBucket':
      return `there is no bucket ${bucket} at ${store}: create it, or set S3_BUCKET`
    case 'InvalidAccessKeyId':
      return `the store at ${store} does not know the access key: check AWS_ACCESS_KEY_ID`
    case 'SignatureDoesNotMatch':
      return `the store at ${store} refused the signature: check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`
    case 'AccessDenied':
      return `the store refused access to bucket ${bucket}: allow its key to list the bucket and to get, put and delete objects`
    case 'RequestTimeTooSkewed':
      return `the clocks of this machine and of the store at ${store} differ by more than it allows: correct the clock of this machine`
    case 'AuthorizationHeaderMalformed':
    case 'PermanentRedirect':
      return `the store at ${store} expects another region: set S3_REGION (${facts.message})`
    case 'CredentialsProviderError':
      return 'there are no credentials for the store: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'
    case 'TimeoutError':
      return `the store at ${store} did not answer in time (${facts.message})`
    case 'PreconditionFailed':
      return 'the object was replaced while it was read'
    default:
      return explainUnnamed(facts, store)
  }
}

const explainUnnamed = ({ name, code, status, message }: Facts, store: string): string => {
  if (message === 'Region is missing') return 'there is no region for the store: set S3_REGION'
  if (status === 500 || status > 501)
    return `the store at ${store} is failing or overloaded (${status} ${name})`
  if (status > 0) return `the store at ${store} answered ${status} ${name}: ${message}`
  if (networkCodes.test(code)) return `the store at ${store} cannot be reached (${code}): check S3_ENDPOINT`
  if (tlsCodes.test(code))
    return `there is no trusted TLS connection to the store at ${store} (${code}): check S3_ENDPOINT`
  return message
}

const factsOf = (error: unknown): Facts => {
  if (!(error instanceof Error)) return { name: '', code: '', status: 0, message: String(error) }
  const { name, message } = error
  return { name, code: errnoOf(error) ?? '', status: statusOf(error), message }
}

const statusOf = (error: Error): number => {
  if (!('$metadata' in error) || typeof error.$metadata !== 'object' || error.$metadata === null) return 0
  const { $metadata: metadata } = error
  return 'httpStatusCode' in metadata ? Number(metadata.httpStatusCode) : 0
}
