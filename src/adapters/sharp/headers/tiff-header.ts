import type { ReadAt } from './read-at.ts'

/** Sizes of the fields of a directory (bytes): TIFF 6.0 §2, and BigTIFF, whose numbers have 64 bits. */
const layouts: ReadonlyMap<number, { readonly at: number; readonly count: 2 | 8; readonly offset: 4 | 8 }> =
  new Map([
    [42, { at: 4, count: 2, offset: 4 }],
    [43, { at: 8, count: 8, offset: 8 }],
  ])

/** Reads the values of the first directory that are stored inline in their entries; the first of several. */
const firstDirectory = async (readAt: ReadAt): Promise<ReadonlyMap<number, number>> => {
  const values = new Map<number, number>()
  const head = await readAt(0, 16)
  const isLittle = head.toString('latin1', 0, 2) === 'II'
  const number = (data: Buffer, at: number, size: 2 | 4 | 8): number => {
    if (at + size > data.length) return 0
    if (size === 8) return Number(isLittle ? data.readBigUInt64LE(at) : data.readBigUInt64BE(at))
    return isLittle ? data.readUIntLE(at, size) : data.readUIntBE(at, size)
  }
  const layout = layouts.get(number(head, 2, 2))
  if (layout === undefined) return values
  const at = number(head, layout.at, layout.offset)
  if (!Number.isSafeInteger(at)) return values
  const count = Math.min(number(await readAt(at, layout.count), 0, layout.count), 200)
  const valueAt = 4 + layout.offset
  const size = valueAt + layout.offset
  const entries = await readAt(at + layout.count, count * size)
  for (let i = 0; i + size <= entries.length; i += size) {
    const isShort = number(entries, i + 2, 2) === 3
    values.set(number(entries, i, 2), number(entries, i + valueAt, isShort ? 2 : 4))
  }
  return values
}

/** TIFF tags by their names in the specifications. */
const [newSubfileType, photometric, samplesPerPixel] = [254, 262, 277]
const [subIfds, extraSamples, dngVersion] = [330, 338, 50706]

/** Channels of colour by photometric interpretation: grey, RGB, palette, CMYK, YCbCr, CIELab. */
const colourChannels: ReadonlyMap<number, number> = new Map([
  [0, 1],
  [1, 1],
  [2, 3],
  [3, 1],
  [5, 4],
  [6, 3],
  [8, 3],
])

/** ExtraSamples of transparency (TIFF 6.0): associated and unassociated alpha. */
const alphaSamples = [1, 2]

const photometricNames: ReadonlyMap<number, string> = new Map([
  [8, 'CIELab'],
  [9, 'ICCLab'],
  [10, 'ITULab'],
  [32844, 'LogL'],
  [32845, 'LogLuv'],
])

/** Sample depths that libvips reads as linear light, or inverts. */
const misread = new Set(['uint', 'int', 'float', 'double', 'complex', 'dpcomplex', 'char'])

/**
 * Returns why a TIFF is refused (libvips misreads it, or cannot read it); `null` if it is accepted.
 * `depth`: sample depth as libvips reports it; `null` if libvips could not read the header.
 */
export const tiffRefusal = async (readAt: ReadAt, depth: string | null): Promise<string | null> => {
  const tags = await firstDirectory(readAt)
  const isPreview = ((tags.get(newSubfileType) ?? 0) & 1) === 1
  const kind = tags.get(photometric) ?? 2
  if (tags.has(dngVersion) || kind === 32803 || kind === 34892 || (isPreview && tags.has(subIfds)))
    return 'raw photos are not taken: develop it and save it as JPEG or TIFF'
  const name = photometricNames.get(kind)
  if (name !== undefined && depth === null) return `TIFF pictures in ${name} are not taken: save it in RGB`
  if (depth !== null && misread.has(depth))
    return 'TIFF pictures of 32 bits or floating point are not taken: save it with 8 or 16 bits a channel'
  return null
}

/**
 * Returns whether the first channel behind the colours is no transparency: a spot colour, a mask, or unspecified data.
 * libvips takes any such channel for transparency.
 */
export const hasUnspecifiedChannel = async (readAt: ReadAt): Promise<boolean> => {
  const tags = await firstDirectory(readAt)
  const colours = colourChannels.get(tags.get(photometric) ?? -1)
  return (
    colours !== undefined &&
    (tags.get(samplesPerPixel) ?? 1) > colours &&
    !alphaSamples.includes(tags.get(extraSamples) ?? 0)
  )
}
