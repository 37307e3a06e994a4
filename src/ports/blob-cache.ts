import * as t from 'io-ts'
import type { ByteRange, ByteStream } from '../domain/media/bytes.ts'
import type { BadOrigin, Unavailable } from '../domain/shared/errors.ts'
import type { TE } from '../fp.ts'
import type { CacheKey } from './cache.ts'
import type { TierOutcome } from './tier-outcome.ts'

/**
 * Length of a blob in bytes, and its sha256 in lower-case hex. The database has both, so they are known before
 * the first byte is read. The cache stores them separately from the bytes.
 */
export const BlobFacts = t.strict({ size: t.number, sha256: t.string })
export type BlobFacts = t.TypeOf<typeof BlobFacts>

/** Bytes of a blob, and the cache tiers that served them. */
export type BlobStream = ByteStream & {
  /** The tiers that were queried, in this order. The tier nearest to the reader comes first. */
  readonly tiers: ReadonlyArray<TierOutcome>
  /**
   * All bytes of the stream, if they are in memory. A caller that uses them need not read the stream, and
   * must not modify them. `null`: the bytes must be read from the stream.
   */
  readonly buffer: Uint8Array | null
  /**
   * Copies the same bytes into buffers that the caller passes. `null`: the bytes must be read from the
   * stream.
   */
  readonly readInto: ReadInto | null
}

/**
 * Copies the next bytes of a stream into `buffer`, and resolves to their number; 0 at the end. The caller
 * must wait for each call before the next one. After a call has resolved, the function no longer writes to
 * its `buffer`, so one buffer can be used for all calls. Throws when the stream throws. The function and the
 * stream share one position, and the stream's `return` closes both.
 */
export type ReadInto = (buffer: Uint8Array) => Promise<number>

/**
 * Reads a range of the blob from the object store. Another cache can also be the origin, and then reports its
 * own tiers.
 */
export type BlobOrigin = (
  range: ByteRange,
) => TE.TaskEither<BadOrigin | Unavailable, ByteStream & Partial<Pick<BlobStream, 'tiers'>>>

/**
 * Caches immutable blobs, whole or not at all.
 *
 * `read` serves bytes from the cache, or from the origin while it fills the cache:
 * - Concurrent misses of one key share one fill. Readers of a fill get bytes as they arrive. A reader that
 *   cancels does not disturb the others, and the fill continues while it has readers.
 * - A range that is far ahead of the fill is read from the origin separately.
 * - A fill is cached only if its length and sha256 match `facts`. If they do not, every reader's stream
 *   throws before the blob's last byte, and the next read starts a new fill. (A range that ends before the
 *   last byte may already have been read: its reader does not wait for the verification.)
 * - If the cache cannot be written to, bytes are still served from the origin.
 * - While a reader waits for an offset ahead of the fill, `onArriving` is called when earlier bytes arrive.
 *   The call shows the reader that the wait is long, but that the origin has not stalled.
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
   * Returns all bytes synchronously if they are in memory, which is the fastest kind of hit. Callers must not
   * modify them. Returns `null` if the bytes are not in memory; `read` may find them on disk.
   */
  readonly peek: (key: CacheKey<BlobFacts>, facts: BlobFacts) => Uint8Array | null
  /** Removes the blob. Current readers can read to the end. A running fill is not cached. */
  readonly delete: (key: CacheKey<BlobFacts>) => TE.TaskEither<Unavailable, void>
  /** Removes the blob whose key has this name. */
  readonly deleteByName: (name: string) => TE.TaskEither<Unavailable, void>
}
