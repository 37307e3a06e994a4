import { LRUCache } from 'lru-cache'
import type { BlobWriter } from './blob-storage.ts'
import { pieceBytes } from './pieces.ts'

type Options = {
  /** Number of recently written bytes that stay in memory, for readers that keep up with the fill. */
  readonly windowBytes: number
  /** Number of pieces read back from disk that stay in memory, for readers that have fallen behind. */
  readonly pieces: number
}

/**
 * Wraps a blob writer with a small read cache: concurrent readers of one fill are usually near the same
 * offset, so one disk read serves all. Chunks are shared; do not modify them.
 */
export const withReadCache = (writer: BlobWriter, { windowBytes, pieces }: Options): BlobWriter => {
  const recent: Uint8Array[] = []
  let from = 0
  let to = 0

  const readBack = new LRUCache<number, Promise<Uint8Array>>({ max: pieces })

  /**
   * Reads the piece at `base` from disk. The end of the piece may not be written yet. Callers use only the
   * bytes before the window in memory, and these have been written.
   */
  const pieceAt = (base: number): Promise<Uint8Array> => {
    const cached = readBack.get(base)
    if (cached !== undefined) return cached
    const piece = writer.read(base, Math.min(base + pieceBytes, to))
    readBack.set(base, piece)
    piece.catch(() => readBack.delete(base))
    return piece
  }

  const readBehindWindow = async (start: number, end: number): Promise<Uint8Array> => {
    const base = start - (start % pieceBytes)
    const piece = await pieceAt(base)
    return start < base + piece.length ? piece.subarray(start - base, end - base) : writer.read(start, end)
  }

  return {
    ...writer,
    write: async (chunk) => {
      await writer.write(chunk)
      recent.push(chunk)
      to += chunk.length
      while (to - from > windowBytes) from += recent.shift()?.length ?? 0
    },
    read: async (start, end) => {
      if (start < from) return readBehindWindow(start, end)
      let at = from
      for (const chunk of recent) {
        if (start < at + chunk.length) return chunk.subarray(start - at, end - at)
        at += chunk.length
      }
      return writer.read(start, end)
    },
  }
}
