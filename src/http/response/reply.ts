import type * as t from 'io-ts'
import type { BodyOfFile } from '../../domain/export/byte-source.ts'
import type { ByteStream } from '../../domain/media/bytes.ts'
import type { BadOrigin, Overloaded, Unavailable } from '../../domain/shared/errors.ts'
import type { E } from '../../fp.ts'
import type { BlobStream } from '../../ports/blob-cache.ts'
import type { Clock } from '../../ports/clock.ts'
import type { TierOutcome } from '../../ports/tier-outcome.ts'
import type { Replayable } from '../replay/replayable.ts'
import type { ErrorBody } from './write-error.ts'

/** A response as data. Routes return such data, and only route-handler.ts writes it to Koa. */
export type Reply = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array | StreamedBody | ErrorBody | null
  /** Outcome of each cache tier for the data in this reply. A streamed body reports its own outcomes. */
  readonly tiers?: ReadonlyArray<TierOutcome>
  /** Present if the replay cache may store the reply. */
  readonly replay?: Replayable
  /** The file of which a streamed body is a part: a takedown of the file breaks the connection. */
  readonly ofFile?: BodyOfFile
  /**
   * The reply is that of a public file to a caller without a credential. It is the same for all of them, so it does not
   * say `Vary: Authorization`.
   */
  readonly isPublic?: true
}

/** Marks a reply as one of a public file. */
export const publicReply = { isPublic: true } as const satisfies Pick<Reply, 'isPublic'>

/** A reply whose body is in memory. */
export type BufferedReply = Reply & { readonly body: Exclude<Reply['body'], StreamedBody> }

/**
 * A body that is opened only when it is sent, so it is not opened for HEAD. The headers contain its length.
 * `onArriving` is called when other bytes of the same file arrive while the reply waits for its own.
 */
export type StreamedBody = {
  readonly open: (
    onArriving: () => void,
  ) => Promise<E.Either<BadOrigin | Overloaded | Unavailable, ByteStream | BlobStream>>
}

/**
 * Returns the Cache-Control of every playlist that contains or depends on a token (http-api.md §6.3), which is valid
 * for `secondsLeft` seconds. A cache never keeps a playlist for longer than its token is valid (V13).
 */
export const playlistCacheControl = (secondsLeft: number): string => {
  const left = Math.max(0, Math.floor(secondsLeft))
  return `private, max-age=${Math.min(30, left)}, stale-while-revalidate=${Math.min(
    300,
    left,
  )}, stale-if-error=${Math.min(86_400, left)}`
}

/** Returns the remaining lifetime of a token (seconds); `exp` is in seconds since 1970. */
export const secondsUntilExpiry = (exp: number, clock: Clock): number => exp - Math.floor(clock() / 1000)

/**
 * Returns a reply that must not be cached, because it is valid only at this moment. The codec is that of the
 * route's description; it only checks the type of the body.
 */
export const jsonReply = <A>(_codec: t.Type<A, unknown, unknown>, body: NoInfer<A>, status = 200): Reply => ({
  status,
  headers: { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' },
  body: JSON.stringify(body),
})

/** The reply to a change that has nothing to tell. */
export const noContentReply: Reply = { status: 204, headers: { 'Cache-Control': 'no-store' }, body: null }

/** The reply to `OPTIONS *` (RFC 9110 §9.3.7). */
export const optionsAsteriskReply: BufferedReply = {
  status: 204,
  headers: { Allow: 'GET, HEAD, OPTIONS' },
  body: null,
}
