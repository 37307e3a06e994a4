import { LRUCache } from 'lru-cache'

/**
 * An LRU cache with bounded memory. The size of an entry includes its key, its value and its overhead, so
 * that clients cannot exceed the bound with long or many keys. test/caches.test.ts finds any other use of
 * lru-cache.
 */
export type BoundedCache<V> = {
  /** Returns the value, and marks the entry as used. */
  readonly get: (key: string) => V | undefined
  /** An entry that is larger than the whole cache is not stored. */
  readonly set: (key: string, value: V) => void
  readonly delete: (key: string) => void
  /** Total size of all entries in bytes, including keys and overhead. */
  readonly bytes: () => number
}

type Options<V> = {
  readonly maxBytes: number
  /** Bytes that the value retains, without its key. */
  readonly sizeOf: (value: V) => number
  /** Called with each evicted value. */
  readonly onEvict?: (value: V) => void
}

/**
 * Overhead of one entry in bytes: its slots in the cache's maps and lists, and the headers of its key and
 * value.
 */
const entryBytes = 256

/**
 * Assumes two bytes per character, the most that Node uses. (Node uses one byte if all characters fit into
 * one.)
 */
const bytesOf = (key: string): number => 2 * key.length

/** Evicts the least recently used entries first. */
export const createBoundedCache = <V extends object>({
  maxBytes,
  sizeOf,
  onEvict,
}: Options<V>): BoundedCache<V> => {
  const entries = new LRUCache<string, V>({
    maxSize: Math.max(1, Math.floor(maxBytes)),
    sizeCalculation: (value, key) => Math.ceil(sizeOf(value)) + bytesOf(key) + entryBytes,
    ...(onEvict === undefined
      ? {}
      : {
          dispose: (value: V, _: string, reason: string) => {
            if (reason === 'evict') onEvict(value)
          },
        }),
  })
  return {
    get: (key) => entries.get(key),
    set: (key, value) => {
      entries.set(key, value)
    },
    delete: (key) => {
      entries.delete(key)
    },
    bytes: () => entries.calculatedSize,
  }
}
