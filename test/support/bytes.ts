import { createHash } from 'node:crypto'
import type { ByteStream } from '../../src/domain/shared/bytes.ts'

/** All of a stream, in one piece. */
export const collect = async (stream: ByteStream): Promise<Buffer> => {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Bytes as a stream of chunks of a size that divides nothing. */
export async function* inChunks(bytes: Uint8Array, size = 1021): ByteStream {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
