/** A wait that its limit ended. Everything else that fails is an answer, however late. */
export class NoAnswer extends Error {
  // As the SDK of S3 calls its own.
  override readonly name = 'TimeoutError'
}

/** Whether a failure, or what it was made of, is such a wait: a fact that who waited has stated. */
export const isNoAnswer = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'TimeoutError' || isNoAnswer(error.cause))
