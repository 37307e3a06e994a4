/** Returns the message of anything that was thrown. */
export const errorMessage = (cause: unknown): string =>
  cause instanceof Error ? cause.message : String(cause)

/** Returns the first line of the message of anything that was thrown, or its name where it has no message. */
export const oneLineMessage = (cause: unknown): string =>
  (cause instanceof Error ? cause.message || cause.name : String(cause)).split('\n', 1)[0] ?? ''

/** Returns the stack of anything that was thrown, for the log. */
export const errorStack = (cause: unknown): string =>
  cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)
