/**
 * The kind of a file, by its first bytes. The name of the file does not count.
 * - `image`: JPEG, PNG, WebP, GIF, TIFF or AVIF
 * - `svg`, `heic`: images that Larder refuses
 * - `other`: audio, video or no media at all; the Transcoder decides
 */
type FileKind = 'image' | 'svg' | 'heic' | 'other'

/**
 * Returns the kind of a file. `head` contains the first bytes of the file. 4,096 are enough, except for an
 * SVG that starts with a very long comment.
 */
export const sniffFileKind = (head: Uint8Array): FileKind => {
  const text = decodeLatin1(head)
  if (sourceImageFormatOf(head) !== null) return 'image'
  if (text.startsWith('ftyp', 4)) return brandsIn(text).some(isHeif) ? 'heic' : 'other'
  return isSvg(decodeText(head)) ? 'svg' : 'other'
}

/**
 * Decodes one character per byte, so that magic bytes can be written and compared as text. Decodes at most
 * 4,096 bytes.
 */
export const decodeLatin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes.subarray(0, 4096))

/** A format of images that Larder decodes. */
export type SourceImageFormat = 'JPEG' | 'PNG' | 'WebP' | 'GIF' | 'TIFF' | 'AVIF'

const rasterMagics: ReadonlyArray<readonly [magic: string, format: SourceImageFormat]> = [
  ['\xff\xd8\xff', 'JPEG'],
  ['\x89PNG\r\n\x1a\n', 'PNG'],
  ['RIFF????WEBP', 'WebP'],
  ['GIF87a', 'GIF'],
  ['GIF89a', 'GIF'],
  // Magic bytes of TIFF and BigTIFF, each in both byte orders.
  ['II*\0', 'TIFF'],
  ['MM\0*', 'TIFF'],
  ['II+\0', 'TIFF'],
  ['MM\0+', 'TIFF'],
]

/** Returns the format of an image that Larder decodes, from its first bytes; `null` for other files. */
export const sourceImageFormatOf = (head: Uint8Array): SourceImageFormat | null => {
  const text = decodeLatin1(head)
  const raster = rasterMagics.find(([magic]) => matchesMagic(text, magic))
  if (raster !== undefined) return raster[1]
  return text.startsWith('ftyp', 4) && brandsIn(text).some(isAvif) ? 'AVIF' : null
}

/** Returns whether the text starts with the magic bytes. A `?` in `magic` matches any byte. */
export const matchesMagic = (text: string, magic: string): boolean =>
  [...magic].every((character, i) => character === '?' || character === text[i])

const isAvif = (brand: string): boolean => ['avif', 'avis'].includes(brand)
const isHeif = (brand: string): boolean =>
  ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1'].includes(brand)

/**
 * Returns the brands of an `ftyp` box (ISO/IEC 14496-12 §4.3; images: 23008-12). The box has size, `ftyp`,
 * major brand, minor version and compatible brands.
 */
const brandsIn = (text: string): ReadonlyArray<string> => {
  const size = [0, 1, 2, 3].reduce((sum, i) => sum * 256 + text.charCodeAt(i), 0)
  const box = text.slice(8, size)
  return [box.slice(0, 4), ...(box.slice(8).match(/.{4}/gs) ?? [])]
}

/** Decodes UTF-16 if there is a byte order mark, otherwise UTF-8. */
export const decodeText = (head: Uint8Array): string => {
  const [first, second] = head
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8'
  return new TextDecoder(encoding).decode(head)
}

/**
 * Matches an item that may come before the root element of XML: white space, a declaration, a comment, or a
 * doctype with or without an internal subset.
 */
const prologItem = /\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>[]*(?:\[[^\]]*\]\s*)?>/isy
const svgRoot = /<(?:[\w.-]+:)?svg[\s/>]/y

/**
 * Returns whether the text is an SVG. Skips the items before the root element one by one, because a single
 * expression for all of them would backtrack catastrophically.
 */
const isSvg = (text: string): boolean => {
  let position = 0
  for (;;) {
    prologItem.lastIndex = position
    if (!prologItem.test(text)) break
    position = prologItem.lastIndex
  }
  svgRoot.lastIndex = position
  return svgRoot.test(text)
}
