import type { BlobFacts } from '../../../ports/blob-cache.ts'
import type { CacheKey } from '../../../ports/cache.ts'

/** Reads the bytes of a blob, at any offset that has been written. */
export type BlobReader = {
  /** Reads at least one byte, from `start` on and before `end`. Throws if the bytes are lost. */
  readonly read: (start: number, end: number) => Promise<Uint8Array>
  /** Releases the resources of the reader. The caller must not read afterwards. */
  readonly close: () => Promise<void>
}

/** Reader of a whole blob that is in memory. */
export type InMemoryBlobReader = BlobReader & { readonly buffer: Uint8Array }

/**
 * Reader of a whole blob that is not in memory. A read never returns wrong bytes: if the bytes are damaged,
 * the storage removes the blob, and then the read throws.
 */
export type StoredBlobReader = BlobReader & {
  readonly buffer: null
  /**
   * Copies at least one byte, from `start` on, into `buffer`. Returns the number of bytes. Throws as `read`
   * does.
   */
  readonly readInto: (buffer: Uint8Array, start: number) => Promise<number>
}

export type CompleteBlobReader = InMemoryBlobReader | StoredBlobReader

/** Writer of a blob that this process fetches. `close` without `publish` discards the bytes. */
export type BlobWriter = BlobReader & {
  /** Appends a chunk. Throws if there is no space. */
  readonly write: (chunk: Uint8Array) => Promise<void>
  /** Makes the bytes visible to `open`. The caller has verified that they are complete and correct. */
  readonly publish: () => Promise<void>
}

/** Reader of a blob that another process fetches. */
export type SharedBlobReader = BlobReader & {
  /**
   * Resolves when `reached` (number of readable bytes) or `state` (whether more bytes will come) has changed.
   */
  readonly progress: () => Promise<{ readonly reached: number; readonly state: 'growing' | 'whole' | 'lost' }>
}

export type WriteLease =
  | { readonly by: 'us'; readonly bytes: BlobWriter }
  | { readonly by: 'another'; readonly bytes: SharedBlobReader }

/** Stores whole blobs. If a call fails, the blob cache works without the storage. */
export type BlobStorage = {
  /** Opens a blob. Resolves to `null` if the blob is absent or incomplete, or does not match `facts`. */
  readonly open: (key: CacheKey<BlobFacts>, facts: BlobFacts) => Promise<CompleteBlobReader | null>
  /** Returns a blob synchronously if it is in memory; otherwise `null`. */
  readonly peek: (key: CacheKey<BlobFacts>, facts: BlobFacts) => Uint8Array | null
  /** Starts a write, or follows the write of another process. `null`: the blob is not accepted. */
  readonly begin: (key: CacheKey<BlobFacts>, facts: BlobFacts) => Promise<WriteLease | null>
  /** Removes a blob. Readers that have already opened it can read to the end. */
  readonly remove: (name: string) => Promise<void>
}
