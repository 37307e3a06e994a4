import { LRUCache } from 'lru-cache'

/**
 * A cache with a bound on its memory: the size of an entry counts its key, its value and the place that it takes, so
 * that no caller can write keys that cost more than they are said to. It is the only cache of its kind: the
 * architecture test finds any other use of lru-cache.
 */
export type BoundedCache<V> = {
  /** Marks the entry as used. */
  readonly get: (key: string) => V | undefined
  /** An entry that is larger than the whole cache is not kept. */
  readonly set: (key: string, value: V) => void
  readonly delete: (key: string) => void
  /** The bytes of all entries, as they are counted. */
  readonly bytes: () => number
}

type Options<V> = {
  readonly maxBytes: number
  /** The bytes that the value keeps from being freed, without its key. */
  readonly sizeOf: (value: V) => number
  /** Called with what had to make room. */
  readonly onEvict?: (value: V) => void
}

/** Of one entry: its slots in the maps and lists of the cache, and the headers of its key and value. */
const entryBytes = 256

/** A string holds one byte a character if it can, else two. */
const bytesOf = (key: string): number => 2 * key.length

/** Entries least recently used go first. */
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
