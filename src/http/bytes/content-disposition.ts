/** Longest name in bytes that file systems accept. */
const maxBytes = 255

/**
 * Characters that could end the header, name a folder, or show another name than the real one: controls, separators,
 * and the marks that change the direction of writing.
 */
const unsafe = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}/\\\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** Returns the name without what is unsafe, and shortened before its extension if it is too long. */
const safeName = (name: string): string => {
  const safe = name.replace(unsafe, '_').replace(/^\.+/, '_')
  const [, stem = '', extension = ''] = /^(.*?)(\.[^.]{1,16})?$/su.exec(safe) ?? []
  const characters = [...stem]
  while (Buffer.byteLength(characters.join('') + extension) > maxBytes) characters.pop()
  const short = characters.join('') + extension
  return short.trim() === '' ? 'original' : short
}

/** Percent-encodes what is no `attr-char` of RFC 8187 §3.2.1. */
const encodeExtended = (text: string): string =>
  encodeURIComponent(text).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)

/**
 * Returns a Content-Disposition that lets a client save a file under this name (RFC 6266). A name that is not plain
 * ASCII is there twice: in the extended form of RFC 8187, and with substitutes for clients that do not know it.
 */
export const attachmentOf = (fileName: string): string => {
  const name = safeName(fileName)
  const plain = name.replace(/[^\x20-\x7e]|["%]/gu, '_')
  return plain === name
    ? `attachment; filename="${name}"`
    : `attachment; filename="${plain}"; filename*=UTF-8''${encodeExtended(name)}`
}
