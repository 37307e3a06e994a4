/** Returns the message of anything that was thrown. */
export const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

/** Returns the first line of the message of anything that was thrown, or its name where it has no message. */
export const oneLine = (cause: unknown): string =>
  (cause instanceof Error ? cause.message || cause.name : String(cause)).split('\n', 1)[0] ?? ''

/** Returns the stack of anything that was thrown, for the log. */
export const stackOf = (cause: unknown): string =>
  cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)
