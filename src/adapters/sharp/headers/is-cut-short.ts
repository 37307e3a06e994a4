import type { SourceImageFormat } from '../../../domain/ingest/sniff.ts'
import { lacksGifTrailer } from './gif-blocks.ts'
import { topLevelBoxes } from './heif-header.ts'
import { jpegImageAt, lacksJpegEndMarker } from './jpeg-parts.ts'
import type { ReadAt } from './read-at.ts'
import { endOfFirstDirectory } from './tiff-header.ts'

type ImageFile = {
  readonly readAt: ReadAt
  /** Size of the file in bytes. */
  readonly size: number
  /** Reads the whole file. Returns `null` if the file is too large. */
  readonly readWhole: () => Promise<Buffer | null>
  /** Error message of the decoder. */
  readonly message: string
}

/**
 * Number of bytes at the end of a file that are searched for the end marker. The marker may be followed by
 * other data, because some programs append data to files.
 */
const tailSize = 4096

const tailOf = ({ readAt, size }: ImageFile): Promise<Buffer> =>
  readAt(Math.max(0, size - tailSize), Math.min(size, tailSize))

const checks: Readonly<Record<SourceImageFormat, (file: ImageFile) => Promise<boolean>>> = {
  // Two checks are needed. The first check alone would be wrong if a video follows the image. The second
  // check alone would be wrong if a segment has a wrong length.
  JPEG: async ({ readAt, size, readWhole }) => {
    if (!(await lacksJpegEndMarker(readAt, size))) return false
    const bytes = await readWhole()
    return bytes === null || jpegImageAt(bytes, 0) === null
  },
  PNG: async (file) => !(await tailOf(file)).includes('IEND'),
  GIF: async ({ readWhole }) => {
    const bytes = await readWhole()
    return bytes !== null && lacksGifTrailer(bytes)
  },
  WebP: async ({ readAt, size }) => {
    const head = await readAt(0, 8)
    return head.length < 8 || head.readUInt32LE(4) + 8 > size
  },
  AVIF: async ({ readAt, size }) => {
    for await (const box of topLevelBoxes(readAt)) if (box.position + box.size > size) return true
    return false
  },
  TIFF: async ({ readAt, size, message }) =>
    (await endOfFirstDirectory(readAt)) > size ||
    /Read error at|Not enough data|premature end of JPEG image/.test(message),
}

/** Returns whether a file that its decoder rejects is truncated. */
export const isCutShort = (format: SourceImageFormat, file: ImageFile): Promise<boolean> =>
  checks[format](file)
