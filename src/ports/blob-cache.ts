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
   * All of the bytes, if they are in memory; a caller that uses them need not read the stream. Do not modify
   * them. `null`: read the stream.
   */
  readonly buffer: Uint8Array | null
  /** Reads the same bytes into buffers of the caller. `null`: read the stream. */
  readonly readInto: ReadInto | null
}

/**
 * Copies the next bytes of a stream into `buffer`, and resolves to how many, 0 at the end. Call it again only
 * after that; `buffer` is not touched any more, so one buffer can serve the whole read. Throws where the
 * stream throws. It shares its position with the stream, and the stream's `return` closes both.
 */
export type ReadInto = (buffer: Uint8Array) => Promise<number>

/** Reads a range of the blob from the object store; or from another cache, which then reports its tiers. */
export type BlobOrigin = (
  range: ByteRange,
) => TE.TaskEither<BadOrigin | Unavailable, ByteStream & Partial<Pick<BlobStream, 'tiers'>>>

/**
 * Caches immutable blobs, whole or not at all.
 *
 * `read` answers from the cache, else from the origin while filling the cache:
 * - Concurrent misses of one key share one fill. Readers of a fill get bytes as they arrive. A reader that
 *   leaves does not disturb the others, and the fill goes on while it has readers.
 * - A range that the fill will not reach soon is read from the origin separately.
 * - A fill is cached only if its length and sha256 match `facts`. If they do not, every reader's stream
 *   throws before the blob's last byte, and the next read starts a new fill. (A range that ends earlier may
 *   have been read by then: its reader does not wait for the verification.)
 * - A cache that cannot be written to still answers, from the origin.
 * - While a reader waits for an offset ahead of the fill, `onArriving` is called when earlier bytes arrive:
 *   the wait is long, but the origin is not stalled.
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
   * Returns all of the bytes synchronously if they are in memory: the cheapest hit. Do not modify them.
   * `null`: `read` may still have them.
   */
  readonly peek: (key: CacheKey<BlobFacts>, facts: BlobFacts) => Uint8Array | null
  /** Removes the blob. Current readers can finish; a running fill is not cached. */
  readonly delete: (key: CacheKey<BlobFacts>) => TE.TaskEither<Unavailable, void>
  /** The same, by the key's name. */
  readonly deleteByName: (name: string) => TE.TaskEither<Unavailable, void>
}
