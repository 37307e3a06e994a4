import { createHash } from 'node:crypto'
import type { ByteStream } from '../../src/domain/media/bytes.ts'
import type { ReadInto } from '../../src/ports/blob-cache.ts'

/** All of a stream, in one piece. */
export const collect = async (stream: ByteStream): Promise<Buffer> => {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** All of a stream, by one buffer of `size` bytes. */
export const pour = async (into: ReadInto, size: number): Promise<Buffer> => {
  const buffer = Buffer.alloc(size)
  const pieces: Buffer[] = []
  for (let count = await into(buffer); count > 0; count = await into(buffer))
    pieces.push(Buffer.from(buffer.subarray(0, count)))
  return Buffer.concat(pieces)
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Bytes as a stream of chunks of a size that divides nothing. */
export async function* inChunks(bytes: Uint8Array, size = 1021): ByteStream {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
