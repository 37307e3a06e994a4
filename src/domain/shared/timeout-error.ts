/** A timeout. Any other error is an answer, however late. */
export class TimeoutError extends Error {
  // The name that the AWS SDK uses for its timeouts.
  override readonly name = 'TimeoutError'
}

/** Whether an error, or one in its chain of causes, is a timeout. Depends on the name only. */
export const isTimeout = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'TimeoutError' || isTimeout(error.cause))
