import type { Viewer } from '../../domain/access/viewer.ts'
import type { ConditionalHeaders } from '../bytes/conditional.ts'
import type { ByteReply } from '../bytes/plan-byte-reply.ts'
import type { Headers } from '../bytes/representation-headers.ts'

/** The body of a reply that can be replayed. Only `Filled` is ever given the token of a caller. */
export type ReplayBody =
  /** The same for everybody, and kept with the reply. */
  | { readonly _tag: 'Kept'; readonly bytes: Uint8Array }
  /** The same for everybody; `null` when it lies in memory no more. */
  | { readonly _tag: 'Held'; readonly bytes: () => Uint8Array | null }
  /** The caller's own token stands in it, as it stood in the URL: it has room for tokens of this length. */
  | {
      readonly _tag: 'Filled'
      readonly tokenLength: number
      readonly fill: (jwt: string) => ReadonlyArray<Uint8Array>
    }

/** What makes a reply one that can be given again without waiting for anything. */
export type Replayable = {
  /** Who got it, without restrictions. A caller who may see the same file gets it as well; `null`: every caller. */
  readonly viewer: Viewer | null
  /** Whether all that it was made from is still what the cache has in memory. */
  readonly isStillCached: () => boolean
  /** Of a 200, beyond what replies have in common. */
  readonly headers: Headers
  /** The reply to these conditions (RFC 9110 §13.2.2), before there is a body; `null`: only the routes can tell. */
  readonly plan: (headers: ConditionalHeaders) => ByteReply | null
  readonly body: ReplayBody
  /** Cache-Control for a token that is good for so many seconds more; `null`: it does not depend on that. */
  readonly cacheControlFor: ((secondsLeft: number) => string) | null
  /** Bytes that it keeps from being freed, but for its headers. */
  readonly size: number
}
