/** A call got no answer in time. Any other error means that an answer came, however late. */
export class TimeoutError extends Error {
  // The AWS SDK uses the same name for its timeouts.
  override readonly name = 'TimeoutError'
}

/**
 * Returns whether an error, or one in its chain of causes, is a timeout. Reads only the names of the errors.
 */
export const isTimeout = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'TimeoutError' || isTimeout(error.cause))
