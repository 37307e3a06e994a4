import type { ReadAt } from './read-at.ts'

/** Coding processes that libjpeg does not decode, by their frame marker (ITU-T T.81, table B.1). */
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

/** Frame markers that libjpeg decodes: sequential and progressive, with either entropy coding. */
const DECODED: ReadonlySet<number> = new Set([0xc0, 0xc1, 0xc2, 0xc9, 0xca])

const START_OF_SCAN = 0xda

/** Maximum number of segments before the frame. Profiles and previews are in segments of up to 64 KB. */
const MOST_SEGMENTS = 1000

/**
 * Returns why a JPEG with an unusual coding process is refused. Returns `null` for any other JPEG, and for a
 * malformed file.
 */
export const unsupportedJpegReason = async (readAt: ReadAt): Promise<string | null> => {
  let at = 2
  for (let segment = 0; segment < MOST_SEGMENTS; segment++) {
    const head = await readAt(at, 4)
    const marker = head[1] ?? 0
    if (head.length < 4 || head[0] !== 0xff || marker === START_OF_SCAN || DECODED.has(marker)) return null
    const name = NOT_DECODED[marker]
    if (name !== undefined) return `${name} pictures are not supported: save it as PNG or as an ordinary JPEG`
    at += marker === 0xff ? 1 : 2 + head.readUInt16BE(2)
  }
  return null
}
