import { createHash, type Hash } from 'node:crypto'

/** Size of a chunk, the unit of verification: to read one byte, the whole chunk is read and hashed. */
export const chunkBytes = 1024 * 1024

/**
 * Only the first 128 bits of each SHA-256 are stored. These bits are enough to detect disk faults, but not
 * attacks.
 */
export const digestBytes = 16

export const digestCount = (size: number): number => Math.ceil(size / chunkBytes)

/** Computes a digest for each chunk of a stream. */
type ChunkDigests = {
  readonly update: (bytes: Uint8Array) => void
  /** Returns all digests, concatenated. Must be called only once. */
  readonly end: () => Buffer
}

export const createChunkDigests = (): ChunkDigests => {
  const digests: Buffer[] = []
  let hash: Hash | null = null
  let inChunk = 0

  const closeChunk = (): void => {
    if (hash !== null) digests.push(hash.digest().subarray(0, digestBytes))
    hash = null
    inChunk = 0
  }

  return {
    update: (bytes) => {
      for (let at = 0; at < bytes.length; ) {
        const piece = bytes.subarray(at, at + chunkBytes - inChunk)
        hash ??= createHash('sha256')
        hash.update(piece)
        inChunk += piece.length
        at += piece.length
        if (inChunk === chunkBytes) closeChunk()
      }
    },
    end: () => {
      closeChunk()
      return Buffer.concat(digests)
    },
  }
}
