/** A timeout. Any other error is an answer, however late. */
export class NoAnswer extends Error {
  // The name that the AWS SDK uses for its timeouts.
  override readonly name = 'TimeoutError'
}

/** Whether an error, or one in its chain of causes, is a timeout. Depends on the name only. */
export const isNoAnswer = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'TimeoutError' || isNoAnswer(error.cause))
