import type { Viewer } from '../../domain/access/viewer.ts'
import type { BodyPiece } from '../bytes/body-piece.ts'
import type { ConditionalHeaders } from '../bytes/conditional.ts'
import type { ByteReplyPlan } from '../bytes/plan-byte-reply.ts'
import type { Headers } from '../bytes/representation-headers.ts'

/** The body of a replayable reply. Only `Template` receives the token of a caller. */
export type ReplayBody =
  /** A body that is the same for all callers, and is stored with the reply. */
  | { readonly _tag: 'Stored'; readonly bytes: Uint8Array }
  /**
   * A body that is the same for all callers, and is in the memory cache. `bytes` returns `null` after its
   * eviction.
   */
  | { readonly _tag: 'Cached'; readonly bytes: () => Uint8Array | null }
  /**
   * A body that contains the caller's own token from the URL. The token must have the length `tokenLength`.
   */
  | {
      readonly _tag: 'Template'
      readonly tokenLength: number
      readonly fill: (jwt: string) => ReadonlyArray<BodyPiece>
    }

/** A reply with all the data that is needed to send it again without waiting. */
export type Replayable = {
  /**
   * The viewer who got the first reply, with an unrestricted token. Other viewers of the same file also get
   * the replay. `null`: every caller gets the replay.
   */
  readonly viewer: Viewer | null
  /** The file of which the body is a part; `null` for a list. A takedown breaks the connection. */
  readonly file: string | null
  /** Returns whether every value on which the reply depends is unchanged in the memory cache. */
  readonly isStillCached: () => boolean
  /** Headers of a 200, without the headers that replies of every status have. */
  readonly headers: Headers
  /**
   * Plans the reply to a request with these conditions (RFC 9110 §13.2.2). Returns `null` if only the routes
   * can reply.
   */
  readonly plan: (headers: ConditionalHeaders) => ByteReplyPlan | null
  readonly body: ReplayBody
  /**
   * Returns the header Cache-Control for a token that is valid for `secondsLeft` seconds. `null` if
   * Cache-Control does not depend on the token.
   */
  readonly cacheControlFor: ((secondsLeft: number) => string) | null
  /** Memory that the reply occupies without its headers, in bytes. */
  readonly size: number
}
