import { createHash } from 'node:crypto'
import type { ByteStream } from '../../src/domain/media/bytes.ts'
import type { ReadInto } from '../../src/ports/blob-cache.ts'

/** Reads a whole stream into one buffer. */
export const collect = async (stream: ByteStream): Promise<Buffer> => {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Reads a whole stream through one buffer of `size` bytes. */
export const readThroughBuffer = async (into: ReadInto, size: number): Promise<Buffer> => {
  const buffer = Buffer.alloc(size)
  const pieces: Buffer[] = []
  for (let count = await into(buffer); count > 0; count = await into(buffer))
    pieces.push(Buffer.from(buffer.subarray(0, count)))
  return Buffer.concat(pieces)
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Streams bytes in chunks. The default size is a prime number, so that chunks end at no other boundary. */
export async function* inChunks(bytes: Uint8Array, size = 1021): ByteStream {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
}
