import { E } from '../../../fp.ts'
import type { BlobCache } from '../../../ports/blob-cache.ts'
import { defaultFillOptions } from '../blobs/fill-options.ts'
import { createMemoryBlobCache } from '../memory/memory-blob-cache.ts'
import { noMeter, type TierMeter } from './cache-meter.ts'

type Tiers = {
  readonly disk: BlobCache
  /** Of all blobs in memory together. As much again may be on its way in. */
  readonly maxBytes: number
  /** Larger ones are read from the disk alone. */
  readonly maxBlobBytes?: number
  readonly meter?: TierMeter
}

/** Parts of films have 1 to 2 MB; a whole film would push out thousands of pictures. */
const usualBlobBytes = 4 * 1024 * 1024

/** The disk's own fills see to it that an origin which has fallen silent is given up. */
const forever = 2 ** 31 - 1

/**
 * Small blobs in memory, in front of the disk: to the memory, the disk is the origin. A blob is verified anew on
 * its way up, so a file that has lost a bit is found here, and is removed.
 */
export const createTieredBlobCache = (tiers: Tiers): BlobCache => {
  const { disk, maxBytes, maxBlobBytes = usualBlobBytes, meter = noMeter } = tiers
  const largest = Math.min(maxBlobBytes, maxBytes)
  const memory = createMemoryBlobCache(maxBytes, {
    ...defaultFillOptions,
    meter,
    stallMs: forever,
    onBad: async (key) => {
      await disk.delete(key)()
    },
  })

  /**
   * The disk first: what memory brings in from there before that is disowned with the rest, and what it brings in later
   * comes from the origin.
   */
  const deleteByName = (name: string) => async () => {
    const done = await disk.deleteByName(name)()
    const forgotten = await memory.deleteByName(name)()
    return E.isLeft(done) ? done : forgotten
  }

  return {
    read: (key, facts, range, origin, onArriving) =>
      facts.size > largest
        ? disk.read(key, facts, range, origin, onArriving)
        : memory.read(key, facts, range, (wanted) => disk.read(key, facts, wanted, origin), onArriving),
    peek: memory.peek,
    delete: ({ name }) => deleteByName(name),
    deleteByName,
  }
}
