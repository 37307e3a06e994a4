import type { BlobFacts } from '../../../ports/blob-cache.ts'
import type { CacheKey } from '../../../ports/cache.ts'

/** Bytes that lie somewhere and can be read at any place that they have reached. */
export type BlobBytes = {
  /** At least one byte from `start` on, and none from `end` on. Throws when they are not to be had any more. */
  readonly read: (start: number, end: number) => Promise<Uint8Array>
  /** Nobody reads any more. */
  readonly close: () => Promise<void>
}

/** All of a blob's bytes, in memory. */
export type ResidentBytes = BlobBytes & { readonly resident: Uint8Array }

/**
 * All of a blob's bytes, where they can only be read from. None is given that is not right: a read throws, and the shelf
 * has removed them by then.
 */
export type StoredBytes = BlobBytes & {
  readonly resident: null
  /** At least one byte from `start` on, put at the start of `buffer`: how many. Throws as `read` does. */
  readonly readInto: (buffer: Uint8Array, start: number) => Promise<number>
}

export type WholeBytes = ResidentBytes | StoredBytes

/** Bytes that this process is bringing in. Closed without `publish`, they are gone. */
export type BlobWriter = BlobBytes & {
  /** Appends. Throws when there is no room for them. */
  readonly write: (chunk: Uint8Array) => Promise<void>
  /** They are all there and right: from now on `open` finds them. */
  readonly publish: () => Promise<void>
}

/** Bytes that another process is bringing in. */
export type SharedBlobReader = BlobBytes & {
  /** How many may be read, and whether more will come. Resolves when that has changed. */
  readonly progress: () => Promise<{ readonly reached: number; readonly state: 'growing' | 'whole' | 'lost' }>
}

export type WriteLease =
  | { readonly by: 'us'; readonly bytes: BlobWriter }
  | { readonly by: 'another'; readonly bytes: SharedBlobReader }

/** Where whole blobs lie and new ones land. It may throw at any time: the blob cache goes on without it. */
export type BlobStorage = {
  /** The bytes, if they are all there and are those of `facts`. */
  readonly open: (key: CacheKey<BlobFacts>, facts: BlobFacts) => Promise<WholeBytes | null>
  /** The bytes themselves, when they lie in memory, told without waiting. */
  readonly peek: (key: CacheKey<BlobFacts>, facts: BlobFacts) => Uint8Array | null
  /** Room for new bytes; `null` when it will not have them. */
  readonly begin: (key: CacheKey<BlobFacts>, facts: BlobFacts) => Promise<WriteLease | null>
  /** Forgets the bytes; those that are open can be read to their end. */
  readonly remove: (name: string) => Promise<void>
}
