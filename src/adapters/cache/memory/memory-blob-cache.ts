import { createBoundedCache } from '../../../bounded-cache.ts'
import type { BlobCache } from '../../../ports/blob-cache.ts'
import type { BlobStorage, BlobWriter, ResidentBytes } from '../blobs/blob-shelf.ts'
import { defaultFillOptions, type FillOptions } from '../blobs/fill-options.ts'
import { createFillingBlobCache } from '../blobs/filling-blob-cache.ts'
import { noMeter, type TierMeter } from '../tiers/cache-meter.ts'

type Held = { readonly sha256: string; readonly bytes: Buffer }

/**
 * Blobs in memory, those least lately used going first, in at most `maxBytes`; as much again may be on its way
 * in. A hit hands out the bytes themselves: no copy, and nobody may write to them.
 */
export const createMemoryBlobCache = (
  maxBytes = 256 * 1024 * 1024,
  options: FillOptions = defaultFillOptions,
): BlobCache =>
  createFillingBlobCache(createMemoryBlobStorage(maxBytes, options.meter), { ...options, tier: 'memory' })

export const createMemoryBlobStorage = (maxBytes: number, meter: TierMeter = noMeter): BlobStorage => {
  const blobs = createBoundedCache<Held>({
    maxBytes,
    sizeOf: ({ bytes }) => bytes.length,
    onEvict: ({ bytes }) => meter.evicted(bytes.length),
  })
  let underWay = 0

  const heldFor: (...asked: Parameters<BlobStorage['peek']>) => Buffer | null = (key, { sha256, size }) => {
    const held = blobs.get(key.name)
    return held?.sha256 === sha256 && held.bytes.length === size ? held.bytes : null
  }

  return {
    open: async (key, facts) => {
      const held = heldFor(key, facts)
      return held && bytesOf(held)
    },
    peek: heldFor,
    begin: async (key, { size, sha256 }) => {
      if (underWay + size > maxBytes) return null
      underWay += size
      const bytes = Buffer.allocUnsafeSlow(size)
      let landed = 0
      const fresh: BlobWriter = {
        ...bytesOf(bytes),
        write: async (chunk) => {
          bytes.set(chunk, landed)
          landed += chunk.length
        },
        publish: async () => {
          blobs.set(key.name, { sha256, bytes })
        },
        close: async () => {
          underWay -= size
        },
      }
      return { by: 'us', bytes: fresh }
    },
    remove: async (name) => {
      blobs.delete(name)
    },
  }
}

const bytesOf = (bytes: Buffer): ResidentBytes => ({
  read: async (start, end) => bytes.subarray(start, end),
  close: async () => undefined,
  resident: bytes,
})
