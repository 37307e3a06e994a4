/**
 * Log for operators. `event` is a fixed name such as `cache.write_failed`; variable data goes into `fields`.
 * Neither contains a token, a URL with a query, or a path that a client sent (http-api.md §2.6).
 */
export type Log = {
  /** Normal events that are useful only when debugging. */
  readonly debug: (event: string, fields?: Readonly<Record<string, unknown>>) => void
  readonly info: (event: string, fields?: Readonly<Record<string, unknown>>) => void
  readonly warn: (event: string, fields?: Readonly<Record<string, unknown>>) => void
  readonly error: (event: string, fields?: Readonly<Record<string, unknown>>) => void
}

/** Minimum level of the events that are logged. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/**
 * Returns the same log without `events`. A command prints these itself, in words, so that a person reads each
 * once.
 */
export const withoutEvents = (log: Log, events: ReadonlyArray<string>): Log => {
  const unlessReported =
    (write: Log[keyof Log]): Log[keyof Log] =>
    (event, fields) => {
      if (!events.includes(event)) write(event, fields)
    }
  return {
    debug: unlessReported(log.debug),
    info: unlessReported(log.info),
    warn: unlessReported(log.warn),
    error: unlessReported(log.error),
  }
}
