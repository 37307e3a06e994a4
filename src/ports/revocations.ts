import * as t from 'io-ts'
import { TokenSubject } from '../domain/access/token-subject.ts'
import { type Conflict, conflict, type Unavailable } from '../domain/shared/errors.ts'
import { refine } from '../domain/shared/refine.ts'
import type { TE } from '../fp.ts'

/**
 * What a revocation refuses (http-api.md §8.11). `jti`: the token of this id, and every token derived from it.
 * `uid`: the media tokens of this file. `sub`: the id tokens of this user. Both end only tokens that were minted
 * before the revocation.
 */
export const RevocationKind = t.keyof({ jti: null, uid: null, sub: null })
export type RevocationKind = t.TypeOf<typeof RevocationKind>

/** Name with which the log of invalidations (ports/invalidation-bus.ts) announces new revocations. */
export const revocationsName = 'revocations'

/** The tokens to revoke. `subject`: an id of a token, the uid of a file, or the subject of id tokens. */
export type RevocationTarget = { readonly kind: RevocationKind; readonly subject: string }

/** Copies on disks may be damaged: an endless time would refuse all tokens for ever. */
const NotBefore = refine('not_before', (u): u is number => Number.isSafeInteger(u) && Number(u) >= 0)

/**
 * `notBefore`: seconds since 1970. Of a file or a user, tokens whose `iat` is earlier are refused. Of a `jti`, it
 * is only the time of the revocation.
 */
export const Revocation = t.strict({
  kind: RevocationKind,
  subject: TokenSubject,
  notBefore: NotBefore,
})
export type Revocation = RevocationTarget & { readonly notBefore: number }

/** A revocation in a list. Later ones have greater ids. */
export type ListedRevocation = Revocation & { readonly id: number }

/**
 * A point in the history of the store. Only a store creates one, and only a store of the same database can read
 * it.
 */
export type RevocationHorizon = string & { readonly RevocationHorizon: unique symbol }

/** The revocations that a reader may not know yet, and where its next read begins. */
type RevocationChanges = {
  readonly revocations: ReadonlyArray<Revocation>
  readonly horizon: RevocationHorizon
}

/** How long a revocation is stored (seconds). The maximum lifetime of a token is shorter. */
export const revocationSeconds = 400 * 86_400

/**
 * How far `notBefore` may be ahead of the store (seconds). Tokens that are minted after a revocation have it as
 * `iat`, and an `iat` that is more than 60 s ahead of the verifier's clock is refused.
 */
export const maxNotBeforeAhead = 30

/** The failure of a revocation whose `notBefore` would be later. */
export const revokedTooOften: Conflict = conflict(
  'the same was revoked too often within a few seconds, or the clock of the database was set back: try again later',
)

/** Stores revocations. All processes of a library share one store. */
export type Revocations = {
  /**
   * Stores a revocation. `notBefore` is the time of the store in whole seconds, plus one, and later than
   * that of any earlier revocation of the same file or user: a token minted after that one has its `notBefore` as `iat`,
   * and must be refused by this one. Fails with Conflict if it would be more than `maxNotBeforeAhead` ahead of the
   * store, after so many revocations within seconds; nothing is stored then. Also deletes some of what is older than
   * `revocationSeconds`. If it fails with Unavailable, the revocation may be stored or not.
   */
  readonly revoke: (target: RevocationTarget) => TE.TaskEither<Conflict | Unavailable, Revocation>
  /** Returns `notBefore` of this target (seconds since 1970); 0 if it was never revoked. */
  readonly findNotBefore: (target: RevocationTarget) => TE.TaskEither<Unavailable, number>
  /**
   * Returns every revocation that was not yet visible at `since`, and perhaps some that were; `null` for all.
   * A reader that passes on the horizon of each result to the next call misses no revocation, in whatever order
   * their transactions end.
   */
  readonly listSince: (since: RevocationHorizon | null) => TE.TaskEither<Unavailable, RevocationChanges>
  /** Returns at most `limit` revocations, the newest first: those with ids below `before`; `null` for all. */
  readonly list: (
    before: number | null,
    limit: number,
  ) => TE.TaskEither<Unavailable, ReadonlyArray<ListedRevocation>>
}
