/**
 * The latest time that a token may name (seconds since 1970): in the year 5138. A later time is one in
 * milliseconds, and would open the file for thousands of years.
 */
const latest = 1e11

/** Whether a claim is a time in seconds since 1970 (RFC 7519 §2, NumericDate). */
export const isTokenTime = (u: unknown): u is number => typeof u === 'number' && u >= 0 && u <= latest

/** Whether a claim is probably a time in milliseconds since 1970. */
export const isInMilliseconds = (u: unknown): u is number =>
  typeof u === 'number' && u > latest && u <= latest * 1000
