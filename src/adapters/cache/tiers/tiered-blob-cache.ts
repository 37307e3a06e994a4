import { E } from '../../../fp.ts'
import type { BlobCache } from '../../../ports/blob-cache.ts'
import { defaultFillOptions } from '../blobs/fill-options.ts'
import { createMemoryBlobCache } from '../memory/memory-blob-cache.ts'
import { noMeter, type TierMeter } from './cache-meter.ts'

type Tiers = {
  readonly disk: BlobCache
  /** Of all blobs in memory. Running fills may use as much again. */
  readonly maxBytes: number
  /** Larger blobs are read from the disk only. */
  readonly maxBlobBytes?: number
  readonly meter?: TierMeter
}

/** Segments have 1 to 2 MB; a whole video file would evict thousands of images. */
const defaultMaxBlobBytes = 4 * 1024 * 1024

/** No timeout: the fills of the disk cache end when their origin stalls. */
const noStallMs = 2 ** 31 - 1

/**
 * Caches small blobs in memory, with the disk cache as the origin. The sha256 of a blob is verified on its
 * way into memory, so a damaged file is found here and removed from the disk.
 */
export const createTieredBlobCache = (tiers: Tiers): BlobCache => {
  const { disk, maxBytes, maxBlobBytes = defaultMaxBlobBytes, meter = noMeter } = tiers
  const largest = Math.min(maxBlobBytes, maxBytes)
  const memory = createMemoryBlobCache(maxBytes, {
    ...defaultFillOptions,
    meter,
    stallMs: noStallMs,
    onWrongBytes: async (key) => {
      await disk.delete(key)()
    },
  })

  /**
   * The disk first: a memory fill that began before is then detached by the memory delete, and one that
   * begins later gets its bytes from the origin.
   */
  const deleteByName = (name: string) => async () => {
    const fromDisk = await disk.deleteByName(name)()
    const fromMemory = await memory.deleteByName(name)()
    return E.isLeft(fromDisk) ? fromDisk : fromMemory
  }

  return {
    read: (key, facts, range, origin, onArriving) =>
      facts.size > largest
        ? disk.read(key, facts, range, origin, onArriving)
        : memory.read(key, facts, range, (part) => disk.read(key, facts, part, origin), onArriving),
    peek: memory.peek,
    delete: ({ name }) => deleteByName(name),
    deleteByName,
  }
}
