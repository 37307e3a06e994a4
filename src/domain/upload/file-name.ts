/** Maximum length of a name in bytes of UTF-8, as file systems have it. */
const maxBytes = 255

/** The name of a file whose sender names none. */
const defaultName = 'upload'

/** Control characters, separators of folders, and characters that reorder or replace what is shown. */
const unfit = /[\p{Cc}\p{Surrogate}\u2028\u2029\u202a-\u202e\u2066-\u2069/\\]/gu

const byteLength = (text: string): number => new TextEncoder().encode(text).length

/** Drops the last characters of a text so that it has at most `max` bytes. */
const cutTo = (text: string, max: number): string => {
  let length = 0
  let cut = ''
  for (const character of text) {
    length += byteLength(character)
    if (length > max) break
    cut += character
  }
  return cut
}

/** Shortens a name to `maxBytes`. Keeps its extension. */
const shorten = (name: string): string => {
  if (byteLength(name) <= maxBytes) return name
  const extension = /\.[A-Za-z0-9]{1,16}$/.exec(name)?.[0] ?? ''
  return `${cutTo(name.slice(0, name.length - extension.length), maxBytes - extension.length)}${extension}`
}

/**
 * Returns the file name that a sender wrote as it is stored: in NFC, without folders and control characters, of at most
 * 255 bytes (http-api.md §11.5).
 */
export const toFileName = (sent: string | null): string => {
  const last = (sent ?? '').split(/[/\\]/).findLast((part) => part !== '') ?? ''
  const name = shorten(last.normalize('NFC').replace(unfit, '').trim())
  return name === '' || /^\.+$/.test(name) ? defaultName : name
}
