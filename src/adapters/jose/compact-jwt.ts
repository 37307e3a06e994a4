/** Of a token: more than a URL can carry in comfort, and a bound on what an unknown client can have parsed. */
const maxLength = 4096

const threeParts = /^[\w-]+\.[\w-]+\.[\w-]+$/

// The last letter of a part stands for 6 bits, of which 4 or 2 are beyond the last byte: they are zero, or else the
// same bytes would have several spellings (RFC 4648 §3.5). No number of bytes takes one letter more than a group.
const lastLetters: ReadonlyArray<RegExp> = [/./, /[^\s\S]/, /[AQgw]$/, /[AEIMQUYcgkosw048]$/]

const isCanonical = (part: string): boolean => lastLetters[part.length % 4]?.test(part) ?? false

/**
 * Whether it has the one spelling that a signed token can have: JWS compact serialization (RFC 7515 §7.1) in base64url
 * without padding or white space (§2), and not too long (http-api.md §2.1, V4).
 */
export const isCompactJwt = (jwt: string): boolean =>
  jwt.length <= maxLength && threeParts.test(jwt) && jwt.split('.').every(isCanonical)
