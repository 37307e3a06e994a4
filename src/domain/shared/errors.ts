/** Everything that can go wrong, in the domain's words. One tag, one HTTP status (src/http/response/reply.ts). */
export type DomainError = NotFound | Forbidden | Refused | Unavailable | BadOrigin

/** The caller may see it, and there is nothing to show. */
export type NotFound = { readonly _tag: 'NotFound'; readonly what: string; readonly uid: string }

/** Not for this caller. The reason is for counters and logs; a client learns only that its own token has expired. */
export type Forbidden = { readonly _tag: 'Forbidden'; readonly reason: ForbiddenReason }
export const forbiddenReasons = [
  // Of a token that was not verified:
  'malformed',
  'unknown_key',
  'signature',
  // Of one that was:
  'issuer',
  'audience',
  'claims',
  'expired',
  'restriction',
  'other_subject',
  // Of no token, or of an id token:
  'not_public',
  'not_admin',
] as const
export type ForbiddenReason = (typeof forbiddenReasons)[number]

/** What was handed in cannot be taken; the message says why, in one line that its sender may read. */
export type Refused = { readonly _tag: 'Refused'; readonly message: string }

/** A dependency could not be asked. Trying again later may help. */
export type Unavailable = {
  readonly _tag: 'Unavailable'
  readonly dependency: string
  readonly cause: unknown
  /**
   * A write was sent, and its answer is lost: it has taken effect, or has not, or yet will. What it made must not be
   * undone; a sweep that looks at what there is decides later.
   */
  readonly mayHaveHappened?: true
}

/** The object store answered, and what it has is not what was stored: missing, short, or other bytes. */
export type BadOrigin = { readonly _tag: 'BadOrigin'; readonly what: string }

export const notFound = (what: string, uid: string): NotFound => ({ _tag: 'NotFound', what, uid })
export const forbidden = (reason: ForbiddenReason): Forbidden => ({ _tag: 'Forbidden', reason })
export const refused = (message: string): Refused => ({ _tag: 'Refused', message })
export const badOrigin = (what: string): BadOrigin => ({ _tag: 'BadOrigin', what })
export const unavailable =
  (dependency: string) =>
  (cause: unknown): Unavailable => ({ _tag: 'Unavailable', dependency, cause })
export const outcomeUnknown =
  (dependency: string) =>
  (cause: unknown): Unavailable => ({ _tag: 'Unavailable', dependency, cause, mayHaveHappened: true })
