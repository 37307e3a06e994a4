import { E } from '../../../fp.ts'
import type { BlobCache } from '../../../ports/blob-cache.ts'
import { defaultFillOptions } from '../blobs/fill-options.ts'
import { createMemoryBlobCache } from '../memory/memory-blob-cache.ts'
import { disabledTierMeter, type TierMeter } from './cache-meter.ts'

type Tiers = {
  readonly disk: BlobCache
  /**
   * Maximum memory of all cached blobs in bytes. Blobs that are still being fetched may use as much again.
   */
  readonly maxBytes: number
  readonly meter?: TierMeter
}

/**
 * Maximum size of a blob in memory (bytes). Larger blobs are read from the disk only. Segments have 1 to 2 MB. A
 * whole video file would evict thousands of images.
 */
const maxBlobBytes = 4 * 1024 * 1024

/**
 * The longest possible timeout. A shorter one is not needed here, because the fills of the disk cache end
 * when their origin stalls.
 */
const noStallMs = 2 ** 31 - 1

/**
 * Caches small blobs in memory, with the disk cache as the origin. The sha256 of a blob is verified when the
 * blob is read into memory. If the sha256 is wrong, the blob is removed from the disk.
 */
export const createTieredBlobCache = (tiers: Tiers): BlobCache => {
  const { disk, maxBytes, meter = disabledTierMeter } = tiers
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
   * Deletes the blob from the disk first, and then from memory. The delete in memory discards the result of
   * a memory fill that started earlier. A fill that starts later gets its bytes from the origin.
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
