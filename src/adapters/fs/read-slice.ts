import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { ByteStream } from '../../domain/media/bytes.ts'
import type { FileSlice } from '../../ports/local-files.ts'

/**
 * Yields the bytes of a slice of a file. Throws if the file is too short. Opens the file with the first read.
 */
export async function* readSlice({ path, start, end }: FileSlice): ByteStream {
  if (start === end) return
  let missing = end - start
  // The `end` of createReadStream is inclusive.
  for await (const chunk of createReadStream(path, { start, end: end - 1, highWaterMark: 256 * 1024 })) {
    missing -= chunk.length
    yield chunk
  }
  if (missing > 0) throw new Error(`${path} ends ${missing} bytes before ${end}`)
}

export const digestSlice = async (
  slice: FileSlice,
): Promise<{ readonly size: number; readonly sha256: string }> => {
  const hash = createHash('sha256')
  for await (const chunk of readSlice(slice)) hash.update(chunk)
  return { size: slice.end - slice.start, sha256: hash.digest('hex') }
}
