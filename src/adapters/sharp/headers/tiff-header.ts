import type { ReadAt } from './read-at.ts'

type Directory = {
  readonly values: ReadonlyMap<number, number>
  /** Position in the file after the directory's entries and the data to which they point. */
  readonly end: number
}

/** Size of a value in bytes, by its type (TIFF 6.0 §2). */
const typeSizes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8]
const short = 3

/** Maximum number of directories that are read. Real files have fewer. */
const maxDirectories = 1000

/**
 * Lists the directories of a TIFF, one per page, each with the values that are stored inline (TIFF 6.0 §2).
 */
async function* directoriesIn(readAt: ReadAt): AsyncGenerator<Directory> {
  const head = await readAt(0, 8)
  const isLittle = head.toString('latin1', 0, 2) === 'II'
  const number = (data: Buffer, at: number, size: 2 | 4): number => {
    const bytes = data.subarray(at, at + size)
    return bytes.length < size ? 0 : isLittle ? bytes.readUIntLE(0, size) : bytes.readUIntBE(0, size)
  }
  // BigTIFF is not parsed, because no camera writes it.
  if (number(head, 2, 2) !== 42) return
  let at = number(head, 4, 4)
  for (let i = 0; i < maxDirectories && at > 0; i += 1) {
    const values = new Map<number, number>()
    const count = Math.min(number(await readAt(at, 2), 0, 2), 200)
    const entries = await readAt(at + 2, count * 12)
    let end = at + 2 + count * 12
    for (let entry = 0; entry + 12 <= entries.length; entry += 12) {
      const [type, value] = [number(entries, entry + 2, 2), number(entries, entry + 8, 4)]
      values.set(number(entries, entry, 2), type === short ? number(entries, entry + 8, 2) : value)
      const size = (typeSizes[type] ?? 0) * number(entries, entry + 4, 4)
      if (size > 4) end = Math.max(end, value + size)
    }
    yield { values, end }
    at = number(await readAt(at + 2 + count * 12, 4), 0, 4)
  }
}

const firstDirectory = async (readAt: ReadAt): Promise<Directory> => {
  for await (const directory of directoriesIn(readAt)) return directory
  return { values: new Map(), end: 0 }
}

/** Returns the position after the first directory and its data; 0 if no directory is found. */
export const endOfFirstDirectory = async (readAt: ReadAt): Promise<number> =>
  (await firstDirectory(readAt)).end

/** TIFF tags by their names in the specifications. */
const [newSubfileType, photometric, samplesPerPixel] = [254, 262, 277]
const [subIfds, extraSamples, dngVersion] = [330, 338, 50706]

/** Number of colour channels by photometric interpretation: grey, RGB, palette, CMYK, YCbCr, CIELab. */
const colourChannels: ReadonlyMap<number, number> = new Map([
  [0, 1],
  [1, 1],
  [2, 3],
  [3, 1],
  [5, 4],
  [6, 3],
  [8, 3],
])

/** Values of ExtraSamples that mean transparency (TIFF 6.0): associated and unassociated alpha. */
const alphaSamples = [1, 2]

const photometricNames: ReadonlyMap<number, string> = new Map([
  [8, 'CIELab'],
  [9, 'ICCLab'],
  [10, 'ITULab'],
  [32844, 'LogL'],
  [32845, 'LogLuv'],
])

/** Sample formats that libvips takes for linear light, or inverts. */
const misread = new Set(['uint', 'int', 'float', 'double', 'complex', 'dpcomplex', 'char'])

/**
 * Returns why a TIFF is refused: libvips misreads it or cannot read it. Returns `null` if it is accepted.
 * `depth` is the sample format that libvips reports; `null` if libvips could not read the header.
 */
export const unsupportedTiffReason = async (readAt: ReadAt, depth: string | null): Promise<string | null> => {
  const { values: tags } = await firstDirectory(readAt)
  const isPreview = ((tags.get(newSubfileType) ?? 0) & 1) === 1
  const kind = tags.get(photometric) ?? 2
  if (tags.has(dngVersion) || kind === 32803 || kind === 34892 || (isPreview && tags.has(subIfds)))
    return 'raw photos are not supported: develop the photo and save it as JPEG or TIFF'
  const name = photometricNames.get(kind)
  if (name !== undefined && depth === null)
    return `TIFF pictures in ${name} are not supported: save the picture in RGB`
  if (depth !== null && misread.has(depth))
    return 'TIFF pictures of 32 bits or floating point are not supported: save the picture with 8 or 16 bits a channel'
  return null
}

/**
 * Bits of NewSubfileType: a smaller version of another page, or the transparency mask of another page (TIFF
 * 6.0 §8).
 */
const previewOrMask = 0b101

/** Returns the number of pages after the first that are smaller versions or masks of another page. */
export const countPreviews = async (readAt: ReadAt): Promise<number> => {
  let [pages, previews] = [0, 0]
  for await (const { values } of directoriesIn(readAt)) {
    if (pages > 0 && ((values.get(newSubfileType) ?? 0) & previewOrMask) !== 0) previews += 1
    pages += 1
  }
  return previews
}

/**
 * Returns whether the first channel after the colours is not transparency but a spot colour, a mask, or
 * unspecified data. libvips takes any such channel for transparency.
 */
export const hasUnspecifiedChannel = async (readAt: ReadAt): Promise<boolean> => {
  const { values: tags } = await firstDirectory(readAt)
  const colours = colourChannels.get(tags.get(photometric) ?? -1)
  return (
    colours !== undefined &&
    (tags.get(samplesPerPixel) ?? 1) > colours &&
    !alphaSamples.includes(tags.get(extraSamples) ?? 0)
  )
}
