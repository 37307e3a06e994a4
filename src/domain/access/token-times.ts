/**
 * Maximum time that a token may contain (seconds since 1970): in the year 5138. A greater number is probably
 * in milliseconds. As seconds, such a number would make the token valid for thousands of years.
 */
const latest = 1e11

/** Returns whether a claim is a time in seconds since 1970 (RFC 7519 §2, NumericDate). */
export const isTokenTime = (u: unknown): u is number => typeof u === 'number' && u >= 0 && u <= latest

/** Returns whether a claim is probably a time in milliseconds since 1970. */
export const isMillisecondTime = (u: unknown): u is number =>
  typeof u === 'number' && u > latest && u <= latest * 1000
