import { isIP } from 'node:net'
import { E } from '../fp.ts'

/** Parses the text of a setting. Fails with a message that continues a line such as "PORT=abc ". */
export type ParseSetting<A> = (text: string) => E.Either<string, A>

const text: ParseSetting<string> = E.right

const matching =
  (pattern: RegExp, fault: string): ParseSetting<string> =>
  (s) =>
    pattern.test(s) ? E.right(s) : E.left(fault)

const integer =
  (min: number, max: number): ParseSetting<number> =>
  (s) => {
    const n = /^\d+$/.test(s) ? Number(s) : Number.NaN
    return n >= min && n <= max ? E.right(n) : E.left(`is not a whole number from ${min} to ${max}`)
  }

const units: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 }

const bytesIn = (s: string): number => {
  const [, digits, unit] = /^(\d+)([KMGT]?)$/.exec(s) ?? []
  return Number(digits) * (units[unit ?? ''] ?? Number.NaN)
}

/** Parses a number of bytes. `min` and `max` are in the notation of the setting, such as `16K`. */
const bytes =
  (min: string, max: string): ParseSetting<number> =>
  (s) => {
    const n = bytesIn(s)
    return n >= bytesIn(min) && n <= bytesIn(max)
      ? E.right(n)
      : E.left(`is not a number of bytes from ${min} to ${max}`)
  }

const flag: ParseSetting<boolean> = (s) =>
  s === '1' || s === '0' ? E.right(s === '1') : E.left('is neither 1 nor 0')

const oneOf =
  <const A extends string>(words: ReadonlyArray<A>): ParseSetting<A> =>
  (s) => {
    const word = words.find((w) => w === s)
    return word === undefined ? E.left(`is none of ${words.join(', ')}`) : E.right(word)
  }

const url =
  (...protocols: ReadonlyArray<string>): ParseSetting<string> =>
  (s) =>
    URL.canParse(s) && protocols.includes(new URL(s).protocol)
      ? E.right(s.replace(/\/+$/, ''))
      : E.left(`is not a URL of ${protocols.join(' or ')}`)

/** Parses a URL without path, query or credentials, because Larder serves nothing below a path. */
const site: ParseSetting<string> = (s) => {
  const parsed = url('http:', 'https:')(s)
  if (E.isLeft(parsed)) return parsed
  const { pathname, search, hash, username, password } = new URL(s)
  return pathname === '/' && `${search}${hash}${username}${password}` === ''
    ? parsed
    : E.left('has more than http(s)://host[:port]')
}

const origin: ParseSetting<string> = (s) =>
  s === '*' || (URL.canParse(s) && new URL(s).origin === s)
    ? E.right(s)
    : E.left('is neither * nor an origin')

/** Parses an address, or a CIDR range such as `10.0.0.0/8`. */
const addressRange: ParseSetting<string> = (s) => {
  const [, address = '', prefix = '0'] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(s) ?? []
  const maxPrefix = { 0: -1, 4: 32, 6: 128 }[isIP(address.replace('%', '/'))] ?? -1
  return Number(prefix) <= maxPrefix ? E.right(s) : E.left('is neither an address nor a CIDR range')
}

const list =
  <A>(item: ParseSetting<A>): ParseSetting<ReadonlyArray<A>> =>
  (s) => {
    const items = s.split(',').map((part) => item(part.trim()))
    const fault = items.find(E.isLeft)
    return fault ?? E.right(items.flatMap((parsed) => (E.isRight(parsed) ? [parsed.right] : [])))
  }

/** The parsers of all kinds of settings, except token keys. */
export const settingParsers = {
  text,
  matching,
  integer,
  bytes,
  flag,
  oneOf,
  url,
  site,
  origin,
  addressRange,
  list,
}
