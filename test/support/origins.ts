import type { ByteRange, ByteStream } from '../../src/domain/media/bytes.ts'
import { E } from '../../src/fp.ts'
import type { BlobFacts, BlobOrigin } from '../../src/ports/blob-cache.ts'
import { inChunks, sha256 } from './bytes.ts'

// Origins from which tests fill a cache with blobs.

export const blobFactsOf = (bytes: Uint8Array): BlobFacts => ({ size: bytes.length, sha256: sha256(bytes) })

/** Returns pseudo-random bytes. No two ranges are equal. */
export const pseudoRandomBytes = (length: number, seed = 1): Buffer => {
  const bytes = Buffer.alloc(length)
  let x = seed | 1
  for (let i = 0; i < length; i++) {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    bytes[i] = x
  }
  return bytes
}

/** Makes an origin of any stream. Its requested ranges are recorded. */
export const recordingOrigin = (open: (range: ByteRange) => ByteStream) => {
  const requestedRanges: ByteRange[] = []
  const origin: BlobOrigin = (range) => async () => {
    requestedRanges.push(range)
    return E.right(open(range))
  }
  return { origin, requestedRanges }
}

export const createWorkingOrigin = (bytes: Uint8Array, chunkSize?: number) =>
  recordingOrigin(({ start, end }) => inChunks(bytes.subarray(start, end), chunkSize))

/** An origin that sends only the bytes below an offset, which the test sets with `openTo`. */
export const createGatedOrigin = (bytes: Uint8Array, chunkSize = 1000) => {
  let limit = 0
  let changed = () => {}
  let change = new Promise<void>((resolve) => {
    changed = resolve
  })
  let closed = 0

  async function* upToLimit({ start, end }: ByteRange): ByteStream {
    try {
      let position = start
      while (position < end) {
        if (position >= limit) await change
        else {
          const to = Math.min(position + chunkSize, limit, end)
          yield bytes.subarray(position, to)
          position = to
        }
      }
    } finally {
      closed++
    }
  }

  return {
    ...recordingOrigin(upToLimit),
    /** The number of closed streams of this origin. */
    closed: () => closed,
    openTo: (bytesFromStart: number) => {
      limit = bytesFromStart
      changed()
      change = new Promise((resolve) => {
        changed = resolve
      })
    },
  }
}

/** Reads a stream chunk by chunk, and can cancel the stream. */
export const createChunkReader = (stream: ByteStream) => {
  const iterator = stream[Symbol.asyncIterator]()
  const chunks: Uint8Array[] = []
  return {
    received: () => Buffer.concat(chunks),
    /** Reads until at least `count` bytes have arrived, or the stream ends. */
    upTo: async (count: number) => {
      let length = Buffer.concat(chunks).length
      while (length < count) {
        const next = await iterator.next()
        if (next.done === true) return
        chunks.push(next.value)
        length += next.value.length
      }
    },
    cancel: async () => {
      await iterator.return?.()
    },
  }
}
