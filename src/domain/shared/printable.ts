/**
 * Control characters (C0, DEL, C1), separators of lines, marks that turn the direction of text, and halves of
 * characters: in the name of a file they would drive the terminal, or forge a line of ours.
 */
const unprintable = /[\p{Cc}\u2028\u2029\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\p{Surrogate}]/gu

const hex = (character: string, digits: number): string =>
  (character.codePointAt(0) ?? 0).toString(16).padStart(digits, '0')

/** As it may stand in a line on a terminal: `\x1b` for ESC. Each line that leaves goes through it, once. */
export const printable = (line: string): string =>
  line.replace(unprintable, (found) => (found > '\u00FF' ? `\\u${hex(found, 4)}` : `\\x${hex(found, 2)}`))

/** The same JSON in printable characters; line feeds stay. */
export const printableJson = (json: string): string =>
  json.replace(unprintable, (found) => (found === '\n' ? found : `\\u${hex(found, 4)}`))
