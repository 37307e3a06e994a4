import type * as t from 'io-ts'
import type { ByteRange, ByteStream } from '../domain/media/bytes.ts'
import type { BadOrigin, Unavailable } from '../domain/shared/errors.ts'
import type { TE } from '../fp.ts'
import type { CacheKey } from './cache.ts'
import type { BlobRecord } from './cache-keys.ts'
import type { TierOutcome } from './tier-answer.ts'

/** What the bytes must be: known from the database before the first of them is read. */
export type BlobFacts = t.TypeOf<typeof BlobRecord>

/** Bytes of a blob, and how the cache came by them. */
export type BlobStream = ByteStream & {
  /** Those that were asked, the nearest to the reader first. */
  readonly tiers: ReadonlyArray<TierOutcome>
  /**
   * All of the bytes, when they lie in memory: whoever takes these need not read the stream. Nobody may write to
   * them. `null`: they come by the stream alone.
   */
  readonly buffer: Uint8Array | null
  /** The same bytes, for a reader who brings the memory. `null`: they come by the stream alone. */
  readonly readInto: ReadInto | null
}

/**
 * Puts the next bytes of a stream at the start of `buffer`: how many, 0 at the end. Called again only when that is
 * settled; nobody touches `buffer` from then on, so that one buffer serves a reader from the first byte to the last.
 * Throws where the stream throws. It and the stream read on at one place, and are closed by the stream's `return`.
 */
export type ReadInto = (buffer: Uint8Array) => Promise<number>

/** Reads a range of the blob from where it really is; or from another cache, which says so by its tiers. */
export type BlobOrigin = (
  range: ByteRange,
) => TE.TaskEither<BadOrigin | Unavailable, ByteStream & Partial<Pick<BlobStream, 'tiers'>>>

/**
 * Holds bytes that never change, in full or not at all.
 *
 * `read` answers from the cache, else from the origin while filling the cache:
 * - Misses of one key at one time share one fill. Readers of a fill get bytes as they land; one that leaves
 *   disturbs nobody, and the fill goes on while anybody waits for it.
 * - A range that the fill will not reach soon is read from the origin by itself.
 * - A fill is kept only when its length and sha256 are those of `facts`. If they are not, the stream of each
 *   reader of it throws before its last byte, and the next read starts anew. (Who asked for a range that ends
 *   before the blob does may have got all of it by then: he is not made to wait for the rest.)
 * - A cache that cannot be written to answers all the same.
 * - While a reader waits for a place that the fill has not reached, `onArriving` is called for what has come in before
 *   that place: it takes long, and the origin is not silent.
 *
 * Who is handed a stream reads it to its end or closes it; one left lying holds a file open.
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
   * All of the bytes, when they lie in memory, told without waiting: a read that hits costs no more. Nobody may write
   * to them. `null`: `read` may know more.
   */
  readonly peek: (key: CacheKey<BlobFacts>, facts: BlobFacts) => Uint8Array | null
  /** Forgets the bytes; readers under way end well, and what they bring in is not kept. */
  readonly delete: (key: CacheKey<BlobFacts>) => TE.TaskEither<Unavailable, void>
  /** The same for a caller who has no more than the key's name. */
  readonly deleteByName: (name: string) => TE.TaskEither<Unavailable, void>
}
