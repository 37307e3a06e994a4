/** Maximum length in characters. It is longer than most URLs, and limits the work that clients can cause. */
const maxLength = 4096

const threeParts = /^[\w-]+\.[\w-]+\.[\w-]+$/

// Valid endings of a part, by its length modulo 4. The last letter has 6 bits, and the last 2 or 4 of them
// may lie beyond the last byte. Those bits must be zero, because otherwise the same bytes have several
// encodings (RFC 4648 §3.5). A length of 4n + 1 letters is impossible.
const lastLetters: ReadonlyArray<RegExp> = [/./, /[^\s\S]/, /[AQgw]$/, /[AEIMQUYcgkosw048]$/]

const isCanonical = (part: string): boolean => lastLetters[part.length % 4]?.test(part) ?? false

/**
 * Returns whether the token has the only valid encoding: JWS compact serialization (RFC 7515 §7.1) in
 * base64url without padding or white space (§2), with at most `maxLength` characters (http-api.md §2.1, V4).
 */
export const isCompactJwt = (jwt: string): boolean =>
  jwt.length <= maxLength && threeParts.test(jwt) && jwt.split('.').every(isCanonical)
