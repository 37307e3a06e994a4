import { createBoundedCache } from '../../../bounded-cache.ts'
import type { BlobCache } from '../../../ports/blob-cache.ts'
import type { BlobStorage, BlobWriter, InMemoryBlobReader } from '../blobs/blob-storage.ts'
import { defaultFillOptions, type FillOptions } from '../blobs/fill-options.ts'
import { createFillingBlobCache } from '../blobs/filling-blob-cache.ts'
import { disabledTierMeter, type TierMeter } from '../tiers/cache-meter.ts'

type MemoryBlob = { readonly sha256: string; readonly bytes: Buffer }

/**
 * Caches blobs in memory, at most `maxBytes` (LRU). Running fills may use as much memory again. A hit returns
 * the cached bytes without a copy; do not modify them.
 */
export const createMemoryBlobCache = (
  maxBytes = 256 * 1024 * 1024,
  options: FillOptions = defaultFillOptions,
): BlobCache =>
  createFillingBlobCache(createMemoryBlobStorage(maxBytes, options.meter), { ...options, tier: 'memory' })

export const createMemoryBlobStorage = (
  maxBytes: number,
  meter: TierMeter = disabledTierMeter,
): BlobStorage => {
  const blobs = createBoundedCache<MemoryBlob>({
    maxBytes,
    sizeOf: ({ bytes }) => bytes.length,
    onEvict: ({ bytes }) => meter.evicted(bytes.length),
  })
  let bytesInFills = 0

  const peek: (...args: Parameters<BlobStorage['peek']>) => Buffer | null = (key, { sha256, size }) => {
    const blob = blobs.get(key.name)
    return blob?.sha256 === sha256 && blob.bytes.length === size ? blob.bytes : null
  }

  return {
    open: async (key, facts) => {
      const bytes = peek(key, facts)
      return bytes && bytesOf(bytes)
    },
    peek,
    begin: async (key, { size, sha256 }) => {
      if (bytesInFills + size > maxBytes) return null
      bytesInFills += size
      const bytes = Buffer.allocUnsafeSlow(size)
      let written = 0
      const writer: BlobWriter = {
        ...bytesOf(bytes),
        write: async (chunk) => {
          bytes.set(chunk, written)
          written += chunk.length
        },
        publish: async () => {
          blobs.set(key.name, { sha256, bytes })
        },
        close: async () => {
          bytesInFills -= size
        },
      }
      return { by: 'us', bytes: writer }
    },
    remove: async (name) => {
      blobs.delete(name)
    },
  }
}

const bytesOf = (bytes: Buffer): InMemoryBlobReader => ({
  read: async (start, end) => bytes.subarray(start, end),
  close: async () => undefined,
  buffer: bytes,
})
