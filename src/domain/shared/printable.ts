/**
 * Control characters (C0, DEL, C1), line separators, bidirectional marks and lone surrogates. In a file name
 * they could control the terminal, or forge a line of output.
 */
const unprintable = /[\p{Cc}\u2028\u2029\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\p{Surrogate}]/gu

const hex = (character: string, digits: number): string =>
  (character.codePointAt(0) ?? 0).toString(16).padStart(digits, '0')

/**
 * Escapes a line for the terminal, for example ESC as `\x1b`. Every printed line is escaped here exactly
 * once.
 */
export const escapeUnprintable = (line: string): string =>
  line.replace(unprintable, (found) => (found > '\u00FF' ? `\\u${hex(found, 4)}` : `\\x${hex(found, 2)}`))

const maxStored = 2000

/**
 * Returns a text from outside, such as the output of a decoder, as one line that can be stored and printed: PostgreSQL
 * rejects U+0000.
 */
export const storableLine = (text: string): string =>
  escapeUnprintable(text.slice(0, maxStored)).slice(0, maxStored)

/** Escapes unprintable characters in JSON text. The value of the JSON and its line feeds stay the same. */
export const escapeUnprintableJson = (json: string): string =>
  json.replace(unprintable, (found) => (found === '\n' ? found : `\\u${hex(found, 4)}`))
