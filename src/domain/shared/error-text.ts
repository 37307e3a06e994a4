/** Returns the message of any thrown value. */
export const errorMessage = (cause: unknown): string =>
  cause instanceof Error ? cause.message : String(cause)

/** Returns the first line of the message of any thrown value, or the name of an error without a message. */
export const oneLineMessage = (cause: unknown): string =>
  (cause instanceof Error ? cause.message || cause.name : String(cause)).split('\n', 1)[0] ?? ''

/** Returns the stack of any thrown value, for the log. */
export const errorStack = (cause: unknown): string =>
  cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)
