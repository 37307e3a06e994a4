/**
 * What a file is by its first bytes, whatever its name says.
 * - `image`: JPEG, PNG, WebP, GIF, TIFF or AVIF
 * - `svg`, `heic`: pictures too, of kinds that need other care
 * - `other`: perhaps sound or film, perhaps nothing: the Transcoder judges
 */
export type Sniffed = 'image' | 'svg' | 'heic' | 'other'

/** `head`: the first bytes of the file; 4,096 are enough for all but an SVG behind a very long comment. */
export const sniff = (head: Uint8Array): Sniffed => {
  const text = latin1(head)
  if (rasterMagics.some((magic) => startsAs(text, magic))) return 'image'
  if (text.startsWith('ftyp', 4)) return sniffBrands(text)
  return isSvg(decodeText(head)) ? 'svg' : 'other'
}

/** One character a byte, so that magic bytes can be written and compared as text. */
export const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes.subarray(0, 4096))

const rasterMagics = [
  '\xff\xd8\xff', // JPEG
  '\x89PNG\r\n\x1a\n',
  'RIFF????WEBP',
  'GIF87a',
  'GIF89a',
  'II*\0', // TIFF, then BigTIFF, each in either byte order
  'MM\0*',
  'II+\0',
  'MM\0+',
]

/** Whether the text begins so; `?` is any byte. */
export const startsAs = (text: string, magic: string): boolean =>
  [...magic].every((character, at) => character === '?' || character === text[at])

const avifBrands = ['avif', 'avis']
const heifBrands = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1']

/** ISO/IEC 14496-12 §4.3: size, `ftyp`, major brand, minor version, compatible brands; pictures by 23008-12. */
const sniffBrands = (text: string): Sniffed => {
  const size = [0, 1, 2, 3].reduce((sum, at) => sum * 256 + text.charCodeAt(at), 0)
  const box = text.slice(8, size)
  const brands = [box.slice(0, 4), ...(box.slice(8).match(/.{4}/gs) ?? [])]
  if (brands.some((brand) => avifBrands.includes(brand))) return 'image'
  return brands.some((brand) => heifBrands.includes(brand)) ? 'heic' : 'other'
}

/** As a text editor would: UTF-16 by its byte order mark, else UTF-8. */
const decodeText = (head: Uint8Array): string => {
  const [first, second] = head
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8'
  return new TextDecoder(encoding).decode(head)
}

/** White space, a declaration, a comment, or a doctype with or without its own entities. */
const prologItem = /\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>[]*(?:\[[^\]]*\]\s*)?>/isy
const svgRoot = /<(?:[\w.-]+:)?svg[\s/>]/y

/** Skips the prolog an item at a time: one expression for all of it would backtrack without end. */
const isSvg = (text: string): boolean => {
  let at = 0
  for (;;) {
    prologItem.lastIndex = at
    if (!prologItem.test(text)) break
    at = prologItem.lastIndex
  }
  svgRoot.lastIndex = at
  return svgRoot.test(text)
}
