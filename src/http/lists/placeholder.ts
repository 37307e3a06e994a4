// The 13 bytes that occur in no UTF-8 text (RFC 3629 §4), and so in no list.
const BYTES = [0xc0, 0xc1, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe, 0xff]

/** Of a placeholder in which no three bytes stand twice. */
export const MAX_PLACEHOLDER = 13 ** 3 - 1

/**
 * Bytes that compress as badly as a token, and that deflate can mistake for nothing else: none of them is in the
 * text around them, and no three in a row, which is the shortest that deflate looks for, are at two places. They
 * follow a recurrence over GF(13) of the longest period that one of the third order has, 13³ − 1.
 */
export const placeholderOf = (length: number): Buffer => {
  const bytes = Buffer.alloc(length)
  let [a, b, c] = [0, 0, 1]
  for (let at = 0; at < length; at += 1) {
    bytes[at] = BYTES[a] ?? 0
    ;[a, b, c] = [b, c, (2 * b + 6 * a) % BYTES.length]
  }
  return bytes
}
