import type { BlobFacts } from '../../../ports/blob-cache.ts'
import type { CacheKey } from '../../../ports/cache.ts'

/** Bytes of a blob that can be read at any offset that has been written. */
export type BlobReader = {
  /** Reads at least one byte from `start` on, and none from `end` on. Throws when the bytes are lost. */
  readonly read: (start: number, end: number) => Promise<Uint8Array>
  /** Releases the bytes. No reads follow. */
  readonly close: () => Promise<void>
}

/** All of a blob's bytes, in memory. */
export type InMemoryBlobReader = BlobReader & { readonly buffer: Uint8Array }

/**
 * All of a blob's bytes, outside memory. A read never returns wrong bytes: it throws, after the storage has
 * removed the blob.
 */
export type StoredBlobReader = BlobReader & {
  readonly buffer: null
  /** Copies at least one byte from `start` on into `buffer`, and returns how many. Throws as `read` does. */
  readonly readInto: (buffer: Uint8Array, start: number) => Promise<number>
}

export type CompleteBlobReader = InMemoryBlobReader | StoredBlobReader

/** Bytes of a fill by this process. `close` without `publish` discards them. */
export type BlobWriter = BlobReader & {
  /** Appends. Throws when there is no room. */
  readonly write: (chunk: Uint8Array) => Promise<void>
  /** Makes the bytes visible to `open`. The caller has verified that they are complete and right. */
  readonly publish: () => Promise<void>
}

/** Bytes of a fill by another process. */
export type SharedBlobReader = BlobReader & {
  /** Resolves when `reached` (bytes that can be read) or `state` (whether more will come) has changed. */
  readonly progress: () => Promise<{ readonly reached: number; readonly state: 'growing' | 'whole' | 'lost' }>
}

export type WriteLease =
  | { readonly by: 'us'; readonly bytes: BlobWriter }
  | { readonly by: 'another'; readonly bytes: SharedBlobReader }

/** Stores whole blobs. Any call may fail; the blob cache then works without the storage. */
export type BlobStorage = {
  /** Opens the blob. Resolves to `null` when it is absent or incomplete, or does not match `facts`. */
  readonly open: (key: CacheKey<BlobFacts>, facts: BlobFacts) => Promise<CompleteBlobReader | null>
  /** Returns the blob synchronously when it is in memory. */
  readonly peek: (key: CacheKey<BlobFacts>, facts: BlobFacts) => Uint8Array | null
  /** Starts a write, or joins that of another process. `null`: the storage does not accept the blob. */
  readonly begin: (key: CacheKey<BlobFacts>, facts: BlobFacts) => Promise<WriteLease | null>
  /** Removes the blob. Readers that have it open can finish. */
  readonly remove: (name: string) => Promise<void>
}
