import type { SourceBytes } from '../source-bytes.ts'

/** A chunk of a RIFF file or of a similar one. Positions are in bytes from the start of the file. */
export type Chunk = {
  readonly type: string
  readonly body: number
  /** End of the body as the header states it, even beyond the end of the file. */
  readonly end: number
}

/** Sizes of writers that cannot seek back to the header: 0, and values near to the greatest of 31 or 32 bits. */
export const isStatedSize = (size: number): boolean =>
  size > 0 && (size < 0x7fff_0000 || (size > 0x8000_0000 && size < 0xffff_0000))

/** Yields the chunks of a RIFF file between two positions, until the file ends. */
export async function* riffChunks(bytes: SourceBytes, from: number, to: number): AsyncGenerator<Chunk> {
  for (let at = from; at + 8 <= to; ) {
    const head = await bytes.at(at, 8)
    if (head.length < 8) return
    const size = head.readUInt32LE(4)
    const end = at + 8 + size
    yield { type: head.toString('latin1', 0, 4), body: at + 8, end }
    at = end + (size % 2)
  }
}

/** Returns the form of a `RIFF` or `LIST` chunk, which contains other chunks from 4 bytes after `body` on. */
export const formOf = async (bytes: SourceBytes, { body }: Chunk): Promise<string> =>
  (await bytes.at(body, 4)).toString('latin1')
