import * as t from 'io-ts'
import { toDescription, withSchema } from './json-schema.ts'

const rfc3339 =
  /^(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))[Tt ]((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.(\d{1,6})0*)?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/

/** Returns microseconds since 1970; `null` if the text is no time of RFC 3339, or of a day that does not exist. */
const parseMicroseconds = (text: string): number | null => {
  const [, date = '', time = '', fraction = '', zone = ''] = rfc3339.exec(text) ?? []
  const atUtc = Date.parse(`${date}T${time}Z`)
  const isRealDay = Number.isFinite(atUtc) && new Date(atUtc).toISOString().startsWith(date)
  const seconds = Date.parse(`${date}T${time}${zone.toUpperCase()}`) / 1000
  return isRealDay && date !== '' ? seconds * 1_000_000 + Number(fraction.padEnd(6, '0')) : null
}

/** Returns a time as RFC 3339 with microseconds, so that a client can pass it on without losing precision. */
export const formatMicroseconds = (microseconds: number): string => {
  const seconds = Math.floor(microseconds / 1_000_000)
  const fraction = String(microseconds - seconds * 1_000_000).padStart(6, '0')
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${fraction}Z`
}

/** The latest time that a number represents to the microsecond (in the year 2255). Later times count as this one. */
export const latestMicroseconds = Number.MAX_SAFE_INTEGER

const expectation = 'should be a time of RFC 3339, like 2030-01-31T12:00:00.123456Z'

/** Codec of a time in a query (RFC 3339), decoded as microseconds since 1970. Times before 1970 count as 1970. */
export const Timestamp: t.Type<number, string, unknown> = withSchema(
  new t.Type<number, string, unknown>(
    'timestamp',
    (u): u is number => typeof u === 'number' && Number.isSafeInteger(u),
    (u, context) => {
      const parsed = typeof u === 'string' ? parseMicroseconds(u) : null
      return parsed === null
        ? t.failure(u, context, expectation)
        : t.success(Math.min(Math.max(parsed, 0), latestMicroseconds))
    },
    formatMicroseconds,
  ),
  { type: 'string', format: 'date-time', description: toDescription(expectation) },
)
