import type { Log } from '../../src/ports/log.ts'

export type LogEntry = {
  readonly level: keyof Log
  readonly event: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** A Log that prints nothing and records its entries. */
export const createRecordingLog = (): { readonly log: Log; readonly entries: ReadonlyArray<LogEntry> } => {
  const entries: LogEntry[] = []
  const record =
    (level: keyof Log): Log[keyof Log] =>
    (event, fields = {}) => {
      entries.push({ level, event, fields })
    }
  const log = {
    debug: record('debug'),
    info: record('info'),
    warn: record('warn'),
    error: record('error'),
  }
  return { log, entries }
}

/** A Log that discards all entries. */
export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
