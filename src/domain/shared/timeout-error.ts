/**
 * Signals that a call got no answer in time. Any other error means that there was an answer, even if it was
 * late.
 */
export class TimeoutError extends Error {
  // The AWS SDK uses the same name for its timeouts.
  override readonly name = 'TimeoutError'
}

/**
 * Returns whether an error, or an error in its chain of causes, is a timeout. Checks only the names of the
 * errors.
 */
export const isTimeout = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'TimeoutError' || isTimeout(error.cause))
