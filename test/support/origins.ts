import type { ByteRange, ByteStream } from '../../src/domain/media/bytes.ts'
import { E } from '../../src/fp.ts'
import type { BlobFacts, BlobOrigin } from '../../src/ports/blob-cache.ts'
import { inChunks, sha256 } from './bytes.ts'

// Places where blobs really are, as tests need them.

export const factsOf = (bytes: Uint8Array): BlobFacts => ({ size: bytes.length, sha256: sha256(bytes) })

/** Bytes that are cheap to make and in which no two places look alike. */
export const someBytes = (length: number, seed = 1): Buffer => {
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

/** Any stream at all, as an origin, with every range that was asked of it. */
export const recorded = (open: (range: ByteRange) => ByteStream) => {
  const asked: ByteRange[] = []
  const origin: BlobOrigin = (range) => async () => {
    asked.push(range)
    return E.right(open(range))
  }
  return { origin, asked }
}

export const wellServed = (bytes: Uint8Array, chunkSize?: number) =>
  recorded(({ start, end }) => inChunks(bytes.subarray(start, end), chunkSize))

/** Serves bytes only as far as the test has let it, counted from the start of the blob. */
export const gated = (bytes: Uint8Array, chunkSize = 1000) => {
  let limit = 0
  let changed = () => {}
  let change = new Promise<void>((resolve) => {
    changed = resolve
  })
  let closed = 0

  async function* upToTheGate({ start, end }: ByteRange): ByteStream {
    try {
      let at = start
      while (at < end) {
        if (at >= limit) await change
        else {
          const to = Math.min(at + chunkSize, limit, end)
          yield bytes.subarray(at, to)
          at = to
        }
      }
    } finally {
      closed++
    }
  }

  return {
    ...recorded(upToTheGate),
    /** How many of its streams have been closed. */
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

/** Reads as one client would, chunk by chunk, and may stop. */
export const reading = (stream: ByteStream) => {
  const iterator = stream[Symbol.asyncIterator]()
  const got: Uint8Array[] = []
  return {
    got: () => Buffer.concat(got),
    /** Reads until it has at least so many bytes, or the stream ends. */
    upTo: async (count: number) => {
      let length = Buffer.concat(got).length
      while (length < count) {
        const next = await iterator.next()
        if (next.done === true) return
        got.push(next.value)
        length += next.value.length
      }
    },
    leave: async () => {
      await iterator.return?.()
    },
  }
}
