import { createHash, type Hash } from 'node:crypto'

/** What is verified at once: a reader of one byte has so many read and hashed, the first time. */
export const chunkBytes = 1024 * 1024

/** Of each SHA-256, the first 128 bits: they tell what a disk does, not what an attacker does. */
export const digestBytes = 16

export const digestsOf = (size: number): number => Math.ceil(size / chunkBytes)

/** The digests of the chunks of a stream, one after the other. */
export type ChunkDigests = {
  readonly update: (bytes: Uint8Array) => void
  /** Of all that came, once. */
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
