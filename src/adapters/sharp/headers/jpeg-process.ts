import type { ReadAt } from './read-at.ts'

/** Frames that libjpeg does not decode, by their marker (ITU-T T.81, table B.1). */
const NOT_DECODED: Readonly<Record<number, string>> = {
  195: 'lossless JPEG',
  197: 'hierarchical JPEG',
  198: 'hierarchical JPEG',
  199: 'lossless JPEG',
  203: 'lossless JPEG',
  205: 'hierarchical JPEG',
  206: 'hierarchical JPEG',
  207: 'lossless JPEG',
}

/** Sequential and progressive ones, with either coding of entropy. */
const DECODED: ReadonlySet<number> = new Set([0xc0, 0xc1, 0xc2, 0xc9, 0xca])

const START_OF_SCAN = 0xda

/** Profiles and previews stand before the frame, in segments of up to 64 KB. */
const MOST_SEGMENTS = 1000

/** The reason why a JPEG of an unusual process is refused; `null` for all others, and for what cannot be read. */
export const unsupportedJpegReason = async (readAt: ReadAt): Promise<string | null> => {
  let at = 2
  for (let segment = 0; segment < MOST_SEGMENTS; segment++) {
    const head = await readAt(at, 4)
    const marker = head[1] ?? 0
    if (head.length < 4 || head[0] !== 0xff || marker === START_OF_SCAN || DECODED.has(marker)) return null
    const name = NOT_DECODED[marker]
    if (name !== undefined) return `${name} pictures are not taken: save it as PNG or as an ordinary JPEG`
    at += marker === 0xff ? 1 : 2 + head.readUInt16BE(2)
  }
  return null
}
