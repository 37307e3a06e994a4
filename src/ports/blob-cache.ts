import type * as t from 'io-ts'
import type { ByteRange, ByteStream } from '../domain/media/bytes.ts'
import type { BadOrigin, Unavailable } from '../domain/shared/errors.ts'
import type { TE } from '../fp.ts'
import type { CacheKey } from './cache.ts'
import type { BlobRecord } from './cache-keys.ts'
import type { TierOutcome } from './tier-outcome.ts'

/** Size and sha256 of a blob, from the database. They are known before the first byte is read. */
export type BlobFacts = t.TypeOf<typeof BlobRecord>

/** Bytes of a blob, and the cache tiers that served them. */
export type BlobStream = ByteStream & {
  /** The tiers that were queried, the nearest to the reader first. */
  readonly tiers: ReadonlyArray<TierOutcome>
  /**
   * All bytes of the stream, if they are in memory: a caller that uses them need not read the stream. Do not
   * modify them. `null`: the bytes must be read from the stream.
   */
  readonly buffer: Uint8Array | null
  /**
   * Copies the same bytes into buffers that the caller passes. `null`: the bytes must be read from the
   * stream.
   */
  readonly readInto: ReadInto | null
}

/**
 * Copies the next bytes of a stream into `buffer`, and resolves to their number, 0 at the end. The caller
 * must await each call before the next; the function then no longer writes to `buffer`, so one buffer can
 * serve the whole read. Throws when the stream throws. The function and the stream share one position, and
 * the stream's `return` closes both.
 */
export type ReadInto = (buffer: Uint8Array) => Promise<number>

/** Reads a range of the blob from the object store; or from another cache, which then reports its tiers. */
export type BlobOrigin = (
  range: ByteRange,
) => TE.TaskEither<BadOrigin | Unavailable, ByteStream & Partial<Pick<BlobStream, 'tiers'>>>

/**
 * Caches immutable blobs, whole or not at all.
 *
 * `read` serves bytes from the cache, or from the origin while it fills the cache:
 * - Concurrent misses of one key share one fill. Readers of a fill get bytes as they arrive. A reader that
 *   cancels does not disturb the others, and the fill continues while it has readers.
 * - A range that the fill will not reach soon is read from the origin separately.
 * - A fill is cached only if its length and sha256 match `facts`. If they do not, every reader's stream
 *   throws before the blob's last byte, and the next read starts a new fill. (A range that ends before the
 *   last byte may already have been read: its reader does not wait for the verification.)
 * - If the cache cannot be written to, bytes are still served from the origin.
 * - While a reader waits for an offset ahead of the fill, `onArriving` is called when earlier bytes arrive.
 *   The call tells the reader that the wait is long, but that the origin has not stalled.
 *
 * The caller must read the stream to the end or cancel it; otherwise a file descriptor leaks.
 */
export type BlobCache = {
  readonly read: (
    key: CacheKey<BlobFacts>,
    facts: BlobFacts,
    range: ByteRange,
    origin: BlobOrigin,
    onArriving?: () => void,
  ) => TE.TaskEither<BadOrigin | Unavailable, BlobStream>
  /**
   * Returns all bytes synchronously if they are in memory: the cheapest hit. Do not modify them. `null`: the
   * bytes are not in memory, but `read` may find them on disk.
   */
  readonly peek: (key: CacheKey<BlobFacts>, facts: BlobFacts) => Uint8Array | null
  /** Removes the blob. Current readers can finish; a running fill is not cached. */
  readonly delete: (key: CacheKey<BlobFacts>) => TE.TaskEither<Unavailable, void>
  /** Removes the blob whose key has this name. */
  readonly deleteByName: (name: string) => TE.TaskEither<Unavailable, void>
}
