/** An error of S3. It is thrown inside the server, and sent as XML. */
export type S3Error = Error & {
  readonly code: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

export const s3Error = (
  code: string,
  status: number,
  message: string = code,
  headers: Readonly<Record<string, string>> = {},
): S3Error => Object.assign(new Error(message), { code, status, headers })

export const isS3Error = (error: unknown): error is S3Error =>
  error instanceof Error && 'status' in error && 'code' in error

export const accessDenied = (message = 'Access Denied'): S3Error => s3Error('AccessDenied', 403, message)
export const invalidRequest = (message: string): S3Error => s3Error('InvalidRequest', 400, message)
export const malformedXml = (): S3Error => s3Error('MalformedXML', 400, 'The XML was not well-formed')
export const noSuchBucket = (): S3Error => s3Error('NoSuchBucket', 404, 'The bucket does not exist')
export const noSuchKey = (): S3Error => s3Error('NoSuchKey', 404, 'The key does not exist')
export const noSuchUpload = (): S3Error => s3Error('NoSuchUpload', 404, 'The upload does not exist')
export const notImplemented = (what: string): S3Error =>
  s3Error('NotImplemented', 501, `This server does not do ${what}`)
export const preconditionFailed = (): S3Error =>
  s3Error('PreconditionFailed', 412, 'A precondition did not hold')
export const badDigest = (what: string): S3Error =>
  s3Error('BadDigest', 400, `The ${what} you specified did not match what was received`)
export const incompleteBody = (): S3Error =>
  s3Error('IncompleteBody', 400, 'The body ended before the announced length')
