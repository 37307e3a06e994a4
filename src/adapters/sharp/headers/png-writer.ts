import { crc32, deflateSync } from 'node:zlib'

export const pngSignature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')

export const pngChunk = (type: string, data: Uint8Array): Buffer => {
  const chunk = Buffer.alloc(12 + data.length)
  chunk.writeUInt32BE(data.length)
  chunk.write(type, 4, 'latin1')
  chunk.set(data, 8)
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length)
  return chunk
}

/** An image of interleaved RGBA samples. */
export type Canvas = {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array | Uint16Array
}

/**
 * Writes a PNG of 8 or 16 bits with alpha. Compression is fast and weak, because the file is read only once.
 */
export const writePng = ({ width, height, data }: Canvas, chunks: ReadonlyArray<Buffer>): Buffer => {
  const bytes = data.BYTES_PER_ELEMENT
  const row = 4 * width
  const out = Buffer.alloc(height * (1 + row * bytes))
  for (let y = 0; y < height; y += 1)
    for (let i = 0; i < row; i += 1)
      out.writeUIntBE(data[y * row + i] ?? 0, y * (1 + row * bytes) + 1 + i * bytes, bytes)
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width)
  header.writeUInt32BE(height, 4)
  header.set([8 * bytes, 6], 8)
  return Buffer.concat([
    pngSignature,
    pngChunk('IHDR', header),
    ...chunks,
    pngChunk('IDAT', deflateSync(out, { level: 1 })),
    pngChunk('IEND', new Uint8Array()),
  ])
}
