import { LRUCache } from 'lru-cache'
import type { BlobWriter } from './blob-shelf.ts'
import { pieceBytes } from './pieces.ts'

type Options = {
  /** Of what was written last: readers who keep up with a fill share it. */
  readonly windowBytes: number
  /** What was read back last: readers who have fallen behind together share these. */
  readonly pieces: number
}

/**
 * The same bytes, some of them handed out from memory. Readers of a fill come by the hundred and are at much the
 * same place: one of them reads, and the others get the same chunk. Nobody may write to it.
 */
export const withReadCache = (bytes: BlobWriter, { windowBytes, pieces }: Options): BlobWriter => {
  const recent: Uint8Array[] = []
  let from = 0
  let to = 0

  const readBack = new LRUCache<number, Promise<Uint8Array>>({ max: pieces })

  /** The piece that starts at `place`, of which all has been written that is not in the window. */
  const pieceAt = (place: number): Promise<Uint8Array> => {
    const known = readBack.get(place)
    if (known !== undefined) return known
    const piece = bytes.read(place, Math.min(place + pieceBytes, to))
    readBack.set(place, piece)
    piece.catch(() => readBack.delete(place))
    return piece
  }

  const behind = async (start: number, end: number): Promise<Uint8Array> => {
    const place = start - (start % pieceBytes)
    const piece = await pieceAt(place)
    return start < place + piece.length ? piece.subarray(start - place, end - place) : bytes.read(start, end)
  }

  return {
    ...bytes,
    write: async (chunk) => {
      await bytes.write(chunk)
      recent.push(chunk)
      to += chunk.length
      while (to - from > windowBytes) from += recent.shift()?.length ?? 0
    },
    read: async (start, end) => {
      if (start < from) return behind(start, end)
      let at = from
      for (const chunk of recent) {
        if (start < at + chunk.length) return chunk.subarray(start - at, end - at)
        at += chunk.length
      }
      return bytes.read(start, end)
    },
  }
}
