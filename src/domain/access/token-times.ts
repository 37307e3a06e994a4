/**
 * The latest time that a token may name, in seconds since 1970: in the year 5138. What is later was written in
 * milliseconds, and would open its file for thousands of years.
 */
const latest = 1e11

/** Whether a claim is a time in seconds since 1970 (RFC 7519 §2, NumericDate). */
export const isTokenTime = (u: unknown): u is number => typeof u === 'number' && u >= 0 && u <= latest

/** Whether a claim that is no time in seconds is one in milliseconds. */
export const isInMilliseconds = (u: unknown): u is number =>
  typeof u === 'number' && u > latest && u <= latest * 1000
