// The 13 byte values that never occur in UTF-8 text (RFC 3629 §4), and therefore in no playlist.
const BYTES = [0xc0, 0xc1, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe, 0xff]

/** Maximum length of a placeholder in which no sequence of three bytes repeats. */
export const MAX_PLACEHOLDER_LENGTH = 13 ** 3 - 1

/**
 * Returns bytes that deflate cannot compress and matches only with another placeholder. Their values do not
 * occur in the surrounding text, and no three consecutive bytes (the shortest match of deflate) repeat. They
 * follow a third-order recurrence over GF(13) with the maximum period, 13³ − 1.
 */
export const createPlaceholder = (length: number): Buffer => {
  const bytes = Buffer.alloc(length)
  let [a, b, c] = [0, 0, 1]
  for (let index = 0; index < length; index += 1) {
    bytes[index] = BYTES[a] ?? 0
    ;[a, b, c] = [b, c, (2 * b + 6 * a) % BYTES.length]
  }
  return bytes
}
