/** Maximum length (characters): longer than most URLs, and a limit on the work that clients can cause. */
const maxLength = 4096

const threeParts = /^[\w-]+\.[\w-]+\.[\w-]+$/

// The last letter of a part has 6 bits, of which 4 or 2 are beyond the last byte. They must be zero, because
// otherwise the same bytes have several encodings (RFC 4648 §3.5). A length of 4n + 1 letters is impossible.
const lastLetters: ReadonlyArray<RegExp> = [/./, /[^\s\S]/, /[AQgw]$/, /[AEIMQUYcgkosw048]$/]

const isCanonical = (part: string): boolean => lastLetters[part.length % 4]?.test(part) ?? false

/**
 * Whether the token is in the only valid encoding: JWS compact serialization (RFC 7515 §7.1) in base64url
 * without padding or white space (§2), and not too long (http-api.md §2.1, V4).
 */
export const isCompactJwt = (jwt: string): boolean =>
  jwt.length <= maxLength && threeParts.test(jwt) && jwt.split('.').every(isCanonical)
