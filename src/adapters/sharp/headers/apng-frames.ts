import { pngChunk, pngSignature } from './png-writer.ts'

/** A frame of an animated PNG (PNG-3 §11.3.6), with its position on the canvas. */
export type ApngFrame = {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  /**
   * How the area of this frame is changed before the next frame is drawn: not at all, cleared, or restored.
   */
  readonly dispose: 'none' | 'background' | 'previous'
  /** Whether the frame is composited over the canvas (`true`) or replaces it. */
  readonly isOver: boolean
  /** The frame as a complete PNG file. */
  readonly png: Buffer
}

export type Apng = {
  readonly width: number
  readonly height: number
  readonly depth: number
  readonly isGrey: boolean
  readonly frames: ReadonlyArray<ApngFrame>
  /** The complete iCCP chunk; `null` if there is none. */
  readonly profile: Buffer | null
}

type Chunk = { readonly type: string; readonly data: Buffer; readonly whole: Buffer }

function* chunksIn(png: Buffer): Generator<Chunk> {
  for (let at = pngSignature.length; at + 12 <= png.length; ) {
    const end = at + 12 + png.readUInt32BE(at)
    if (end > png.length) return
    yield {
      type: png.toString('latin1', at + 4, at + 8),
      data: png.subarray(at + 8, end - 4),
      whole: png.subarray(at, end),
    }
    at = end
  }
}

const disposals = ['none', 'background', 'previous'] as const

/**
 * Maximum number of chunks. Encoders write chunks of at least 4 KiB, so a file that is small enough to be
 * read (sharp-input.ts) has fewer.
 */
const maxChunks = 100_000

/** Reads at most `maxFrames` frames. Returns `null` if the file is not a PNG, or has too many chunks. */
export const readApng = (png: Buffer, maxFrames: number): Apng | null => {
  let header: Buffer | null = null
  let profile: Buffer | null = null
  const shared = new Map<string, Buffer>()
  const frames: Array<{ readonly control: Buffer; readonly data: Buffer[] }> = []
  let chunks = 0
  for (const { type, data, whole } of chunksIn(png)) {
    if (++chunks > maxChunks) return null
    if (type === 'IHDR') header = data
    // A PNG file has at most one chunk of each of these types, for all frames. The PNG file of each frame
    // gets a copy.
    if ((type === 'PLTE' || type === 'tRNS') && !shared.has(type)) shared.set(type, whole)
    if (type === 'iCCP') profile = whole
    if (type === 'fcTL' && data.length >= 26) {
      if (frames.length === maxFrames) break
      frames.push({ control: data, data: [] })
    }
    // An IDAT chunk before the first fcTL chunk is a default image that does not belong to the animation.
    if (type === 'IDAT') frames.at(-1)?.data.push(data)
    if (type === 'fdAT') frames.at(-1)?.data.push(data.subarray(4))
  }
  if (header === null || header.length < 13) return null
  const ihdr = header
  const colourType = ihdr[9] ?? 0
  return {
    width: ihdr.readUInt32BE(0),
    height: ihdr.readUInt32BE(4),
    depth: ihdr[8] ?? 8,
    isGrey: colourType === 0 || colourType === 4,
    profile,
    frames: frames.map(({ control, data }) => {
      const frameHeader = Buffer.concat([control.subarray(4, 12), ihdr.subarray(8, 13)])
      return {
        width: control.readUInt32BE(4),
        height: control.readUInt32BE(8),
        x: control.readUInt32BE(12),
        y: control.readUInt32BE(16),
        dispose: disposals[control[24] ?? 0] ?? 'none',
        isOver: control[25] === 1,
        png: Buffer.concat([
          pngSignature,
          pngChunk('IHDR', frameHeader),
          ...shared.values(),
          ...data.map((part) => pngChunk('IDAT', part)),
          pngChunk('IEND', new Uint8Array()),
        ]),
      }
    }),
  }
}
