import type { Clock } from '../../ports/clock.ts'

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

const month = `(?<month>${MONTHS.join('|')})`
const time = '(?<hour>\\d{2}):(?<minute>\\d{2}):(?<second>\\d{2})'
const day = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)'
const longDay = '(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day'

/**
 * The date formats of RFC 9110 §5.6.7: IMF-fixdate, and two obsolete formats that a recipient must accept.
 */
const FORMS = [
  new RegExp(`^${day}, (?<day>\\d{2}) ${month} (?<year>\\d{4}) ${time} GMT$`),
  new RegExp(`^${longDay}, (?<day>\\d{2})-${month}-(?<year>\\d{2}) ${time} GMT$`),
  new RegExp(`^${day} ${month} (?<day>\\d{2}| \\d) ${time} (?<year>\\d{4})$`),
]

/** Returns seconds since 1970-01-01T00:00Z; `undefined` if invalid. The clock resolves two-digit years. */
export const parseHttpDate = (text: string, clock: Clock): number | undefined => {
  for (const form of FORMS) {
    const fields = form.exec(text)?.groups
    if (fields !== undefined) return secondsOf(fields, clock)
  }
  return undefined
}

/** Formats an IMF-fixdate. */
export const formatHttpDate = (seconds: number): string => new Date(seconds * 1000).toUTCString()

const secondsOf = (fields: Readonly<Record<string, string>>, clock: Clock): number | undefined => {
  const number = (name: string): number => Number(fields[name])
  const [hour, minute, second, dayOfMonth] = [
    number('hour'),
    number('minute'),
    number('second'),
    number('day'),
  ]
  // 60 is a leap second (§5.6.7). It counts as the first second of the next minute, as in POSIX time.
  if (hour > 23 || minute > 59 || second > 60) return undefined

  const monthIndex = MONTHS.indexOf(fields.month ?? '')
  const utc = (year: number): number => {
    const date = new Date(0)
    // Date.UTC would treat the years 0 to 99 as 1900 to 1999.
    date.setUTCFullYear(year, monthIndex, dayOfMonth)
    const exists = date.getUTCMonth() === monthIndex && date.getUTCDate() === dayOfMonth
    return exists ? date.setUTCHours(hour, minute, second) / 1000 : Number.NaN
  }
  const seconds = fields.year?.length === 2 ? resolveCentury(number('year'), utc, clock) : utc(number('year'))
  return Number.isNaN(seconds) ? undefined : seconds
}

/**
 * Returns the seconds of a date with a two-digit year. A year more than 50 years in the future means the
 * latest past year with these digits (§5.6.7).
 */
const resolveCentury = (twoDigits: number, utc: (year: number) => number, clock: Clock): number => {
  const limit = new Date(clock())
  const century = Math.floor(limit.getUTCFullYear() / 100) * 100
  limit.setUTCFullYear(limit.getUTCFullYear() + 50)
  const candidates = [century + 100 + twoDigits, century + twoDigits, century - 100 + twoDigits].map(utc)
  return candidates.find((seconds) => seconds * 1000 <= limit.getTime()) ?? Number.NaN
}
