import { pino } from 'pino'
import { escapeUnprintableJson } from '../../domain/shared/printable.ts'
import type { Log, LogLevel } from '../../ports/log.ts'

/**
 * Writes log events as JSON lines to standard error, because standard output contains only the output of
 * commands.
 */
export const createPinoLog = (level: LogLevel): Log => {
  const out = pino.destination({ fd: 2, sync: true })
  const log = pino({ level, base: null }, { write: (line) => out.write(escapeUnprintableJson(line)) })
  return {
    debug: (event, fields) => log.debug(fields ?? {}, event),
    info: (event, fields) => log.info(fields ?? {}, event),
    warn: (event, fields) => log.warn(fields ?? {}, event),
    error: (event, fields) => log.error(fields ?? {}, event),
  }
}
