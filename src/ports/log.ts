/**
 * Tells operators what happened. `event` is a fixed word such as `cache.write_failed`; what varies goes into
 * `fields`. No token, no URL with a query and no path of a client's may be among them (http-api.md §2.6).
 */
export type Log = {
  /** What is usual, and of use only to who looks for a cause. */
  readonly debug: (event: string, fields?: Readonly<Record<string, unknown>>) => void
  readonly info: (event: string, fields?: Readonly<Record<string, unknown>>) => void
  readonly warn: (event: string, fields?: Readonly<Record<string, unknown>>) => void
  readonly error: (event: string, fields?: Readonly<Record<string, unknown>>) => void
}

/** From what weight on events are told. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]
