import type { ReadAt } from './read-at.ts'

type Directory = {
  /** Values by their tags. Of a list that is stored elsewhere in the file, this is the position of the list. */
  readonly values: ReadonlyMap<number, number>
  /** Returns the first value of a tag, wherever it is stored; `null` if there is none. */
  readonly first: (tag: number) => Promise<number | null>
  /** Position in the file after the entries of the directory and the data to which these entries point. */
  readonly end: number
}

/** Size of a value in bytes, by its type (TIFF 6.0 §2; types from 13 on are from TIFF/EP and BigTIFF). */
const typeSizes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8]
const short = 3

/** Sizes in bytes: a number of entries, an entry, and a position or a number of values. */
const classic = { count: 2, entry: 12, offset: 4 } as const
/** BigTIFF has larger numbers. */
const big = { count: 8, entry: 20, offset: 8 } as const

/** Maximum number of directories that are read. Real files have fewer. */
const maxDirectories = 1000
/** Maximum number of entries of a directory that are read. */
const maxEntries = 200

/** Lists the directories of a TIFF, one per page (TIFF 6.0 §2). */
async function* directoriesIn(readAt: ReadAt): AsyncGenerator<Directory> {
  const head = await readAt(0, 16)
  const isLittle = head.toString('latin1', 0, 2) === 'II'
  const number = (data: Buffer, at: number, size: 2 | 4 | 8): number => {
    const bytes = data.subarray(at, at + size)
    if (bytes.length < size) return 0
    if (size === 8) return Number(isLittle ? bytes.readBigUInt64LE(0) : bytes.readBigUInt64BE(0))
    return isLittle ? bytes.readUIntLE(0, size) : bytes.readUIntBE(0, size)
  }
  const version = number(head, 2, 2)
  if (version !== 42 && version !== 43) return
  const layout = version === 42 ? classic : big
  const firstAt = version === 42 ? 4 : 8
  let at = number(head, firstAt, layout.offset)
  for (let i = 0; i < maxDirectories && at > 0 && at < Number.MAX_SAFE_INTEGER; i += 1) {
    const values = new Map<number, number>()
    const shortLists = new Map<number, number>()
    const count = Math.min(number(await readAt(at, layout.count), 0, layout.count), maxEntries)
    const from = at + layout.count
    const entries = await readAt(from, count * layout.entry)
    let end = from + count * layout.entry
    for (let entry = 0; entry + layout.entry <= entries.length; entry += layout.entry) {
      const [tag, type] = [number(entries, entry, 2), number(entries, entry + 2, 2)]
      const place = entry + 4 + layout.offset
      const value = number(entries, place, type === 16 ? 8 : 4)
      const size = (typeSizes[type] ?? 0) * number(entries, entry + 4, layout.offset)
      const position = number(entries, place, layout.offset)
      const isInline = size <= layout.offset
      if (!isInline) end = Math.max(end, position + size)
      if (!isInline && type === short) shortLists.set(tag, position)
      values.set(tag, isInline ? (type === short ? number(entries, place, 2) : value) : position)
    }
    const first = async (tag: number): Promise<number | null> => {
      const position = shortLists.get(tag)
      return position === undefined ? (values.get(tag) ?? null) : number(await readAt(position, 2), 0, 2)
    }
    yield { values, first, end }
    at = number(await readAt(from + count * layout.entry, layout.offset), 0, layout.offset)
  }
}

const firstDirectory = async (readAt: ReadAt): Promise<Directory> => {
  for await (const directory of directoriesIn(readAt)) return directory
  return { values: new Map(), first: async () => null, end: 0 }
}

/** Returns the position after the first directory and its data; 0 if no directory is found. */
export const endOfFirstDirectory = async (readAt: ReadAt): Promise<number> =>
  (await firstDirectory(readAt)).end

/** TIFF tags by their names in the specifications. */
const [newSubfileType, bitsPerSample, photometric, samplesPerPixel] = [254, 258, 262, 277]
const [subIfds, extraSamples, sampleFormat, dngVersion] = [330, 338, 339, 50706]

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

/** Sample formats that libvips interprets as linear light, or inverts. */
const misread = new Set(['uint', 'int', 'float', 'double', 'complex', 'dpcomplex', 'char'])

/**
 * Values of SampleFormat that are not accepted (TIFF 6.0, "SampleFormat", and libtiff). libvips reads some of them as if
 * they were unsigned, and calls others damaged.
 */
const unsupportedFormats: ReadonlyMap<number, string> = new Map([
  [2, 'of signed numbers'],
  [3, 'in floating point'],
  [5, 'of complex numbers'],
  [6, 'of complex numbers'],
])

const cieLab = 8

/**
 * Returns why a TIFF is refused: libvips misreads it or cannot read it. Returns `null` if the TIFF is
 * accepted. `depth` is the sample format that libvips reports; `null` if libvips could not read the header.
 */
export const unsupportedTiffReason = async (readAt: ReadAt, depth: string | null): Promise<string | null> => {
  const { values: tags, first } = await firstDirectory(readAt)
  const isPreview = ((tags.get(newSubfileType) ?? 0) & 1) === 1
  const kind = tags.get(photometric) ?? 2
  if (tags.has(dngVersion) || kind === 32803 || kind === 34892 || (isPreview && tags.has(subIfds)))
    return 'raw photos are not supported: develop the photo and save it as JPEG or TIFF'
  const name = photometricNames.get(kind)
  const [format, bits] = [await first(sampleFormat), (await first(bitsPerSample)) ?? 8]
  // In CIELab two of three channels are signed, and some writers say so.
  const samples = format === 2 && kind === cieLab ? undefined : unsupportedFormats.get(format ?? 1)
  if (samples !== undefined && (name === undefined || kind === cieLab)) return unsupportedSamples(samples)
  if (name !== undefined && depth === null)
    return `TIFF pictures in ${name} are not supported: save the picture in RGB`
  const isReadable = depth !== null && !misread.has(depth)
  if (!isReadable && bits > 0 && bits !== 8 && bits !== 16 && bits <= maxBits)
    return unsupportedSamples(`of ${bits} bits a channel`)
  return depth !== null && misread.has(depth) ? unsupportedSamples('of 32 bits or floating point') : null
}

/** Maximum number of bits a channel in a message. A greater number is damage. */
const maxBits = 64

const unsupportedSamples = (samples: string): string =>
  `TIFF pictures ${samples} are not supported: save the picture with 8 or 16 bits a channel`

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
 * unspecified data. libvips interprets any such channel as transparency.
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
