import type { Chromaticities } from '../../../domain/colour/chromaticities.ts'
import { type ColourTags, noColourTags } from '../../../domain/colour/source-colour.ts'
import type { ReadAt } from './read-at.ts'

/** Facts that libvips does not report, from the chunks before the pixels. */
type PngHeader = { readonly colour: ColourTags; readonly isAnimated: boolean }

/** Maximum number of chunks that are read. Encoders write fewer chunks than this before the pixels. */
const maxChunks = 1000

/** Types of the chunks that are read. Other chunks are skipped. */
const wanted = new Set(['cICP', 'sRGB', 'gAMA', 'cHRM', 'cLLI', 'mDCV', 'acTL'])

/**
 * Reads the chunks before the first IDAT (PNG-3 §5.3). Of several chunks with the same type, the first is
 * used.
 */
const chunksBeforePixels = async (readAt: ReadAt): Promise<ReadonlyMap<string, Buffer>> => {
  const chunks = new Map<string, Buffer>()
  let position = 8
  for (let i = 0; i < maxChunks; i += 1) {
    const head = await readAt(position, 8)
    const type = head.toString('latin1', 4, 8)
    if (head.length < 8 || type === 'IDAT' || type === 'IEND') break
    const length = head.readUInt32BE(0)
    if (wanted.has(type) && !chunks.has(type))
      chunks.set(type, await readAt(position + 8, Math.min(length, 64)))
    position += 12 + length
  }
  return chunks
}

/** Parses cHRM: units of 1/100,000, in the order white, red, green, blue (PNG-3 §11.3.2.1). */
const chromaticitiesIn = (chunk: Buffer | undefined): Chromaticities | null => {
  if (chunk === undefined || chunk.length < 32) return null
  const point = (at: number) => [chunk.readInt32BE(at) / 1e5, chunk.readInt32BE(at + 4) / 1e5] as const
  return { white: point(0), red: point(8), green: point(16), blue: point(24) }
}

/**
 * Reads a luminance in units of 0.0001 nits. The chunk cLLI has the peak of the content at byte 0. The chunk
 * mDCV has the peak of the display at byte 16.
 */
const nitsIn = (chunk: Buffer | undefined, at: number): number | null => {
  if (chunk === undefined || chunk.length < at + 4) return null
  const nits = chunk.readUInt32BE(at) / 10_000
  return nits > 0 ? nits : null
}

export const readPngHeader = async (readAt: ReadAt, hasIccProfile: boolean): Promise<PngHeader> => {
  const chunks = await chunksBeforePixels(readAt)
  const cicp = chunks.get('cICP')
  const gamma = chunks.get('gAMA')
  return {
    colour: {
      ...noColourTags,
      container: 'png',
      hasIccProfile,
      // The matrix and the range of cICP are ignored, because PNG pixels are full-range RGB.
      cicp:
        cicp === undefined || cicp.length < 4 ? null : { primaries: cicp[0] ?? 2, transfer: cicp[1] ?? 2 },
      isSrgb: chunks.has('sRGB'),
      gamma: gamma === undefined || gamma.length < 4 ? null : gamma.readUInt32BE(0) / 1e5,
      chromaticities: chromaticitiesIn(chunks.get('cHRM')),
      peakNits: nitsIn(chunks.get('cLLI'), 0) ?? nitsIn(chunks.get('mDCV'), 16),
    },
    isAnimated: chunks.has('acTL'),
  }
}
