import type { Viewer } from '../../domain/access/viewer.ts'
import type { BodyPiece } from '../bytes/body-piece.ts'
import type { ConditionalHeaders } from '../bytes/conditional.ts'
import type { ByteReplyPlan } from '../bytes/plan-byte-reply.ts'
import type { Headers } from '../bytes/representation-headers.ts'

/** The body of a replayable reply. Only `Template` receives the token of a caller. */
export type ReplayBody =
  /** The same for all callers, and stored with the reply. */
  | { readonly _tag: 'Stored'; readonly bytes: Uint8Array }
  /** The same for all callers, and in the memory cache. Returns `null` after its eviction. */
  | { readonly _tag: 'Cached'; readonly bytes: () => Uint8Array | null }
  /** Contains the caller's own token from the URL, which must have this length. */
  | {
      readonly _tag: 'Template'
      readonly tokenLength: number
      readonly fill: (jwt: string) => ReadonlyArray<BodyPiece>
    }

/** A reply with all that is needed to replay it without waiting. */
export type Replayable = {
  /**
   * The viewer who got the first reply, with an unrestricted token. Other viewers of the same file get the
   * replay, too. `null`: every caller gets it.
   */
  readonly viewer: Viewer | null
  /** Whether every value behind the reply is unchanged in the memory cache. */
  readonly isStillCached: () => boolean
  /** Headers of a 200, without those that replies of every status have. */
  readonly headers: Headers
  /** Plans the reply to these conditions (RFC 9110 §13.2.2); `null`: only the routes can reply. */
  readonly plan: (headers: ConditionalHeaders) => ByteReplyPlan | null
  readonly body: ReplayBody
  /**
   * Returns Cache-Control for the remaining lifetime of the token (seconds); `null`: Cache-Control is always
   * the same.
   */
  readonly cacheControlFor: ((secondsLeft: number) => string) | null
  /** Retained memory without the headers (bytes). */
  readonly size: number
}
