/** All errors of the domain. Each tag has one HTTP status (src/http/response/error-replies.ts). */
export type DomainError =
  | NotFound
  | Forbidden
  | Refused
  | NotAccepted
  | WrongKind
  | TakenDown
  | NoSpace
  | Conflict
  | VersionMismatch
  | TooLarge
  | Overloaded
  | Unavailable
  | BadOrigin

/** The caller has access, but the resource does not exist. */
export type NotFound = { readonly _tag: 'NotFound'; readonly what: string; readonly uid: string }

/**
 * The caller has no access. The reason is for metrics and logs. Clients are told only whether their token has
 * expired.
 */
export type Forbidden = { readonly _tag: 'Forbidden'; readonly reason: ForbiddenReason }
export const forbiddenReasons = [
  // The token could not be verified:
  'malformed',
  'unknown_key',
  'signature',
  // The token was verified:
  'issuer',
  'audience',
  'claims',
  'lifetime',
  'issued_later',
  'expired',
  'restriction',
  'other_subject',
  'revoked',
  // The caller sent no token, or an id token:
  'not_public',
  'not_admin',
  // A ticket for uploads opens nothing, or not this:
  'ticket',
] as const
export type ForbiddenReason = (typeof forbiddenReasons)[number]

/**
 * The input was rejected. The message states the reason in one line, which is safe to show to the sender of
 * the input.
 */
export type Refused = { readonly _tag: 'Refused'; readonly message: string }

/** The bytes of an upload are not accepted. The message says why in one line, for the caller. */
export type NotAccepted = { readonly _tag: 'NotAccepted'; readonly message: string }

/** The caller may not upload a file of this kind. */
export type WrongKind = { readonly _tag: 'WrongKind' }

/** The bytes were taken down, so they are not accepted again. Only admins are told. */
export type TakenDown = { readonly _tag: 'TakenDown' }

/** The disk has no space for an upload. */
export type NoSpace = { readonly _tag: 'NoSpace' }

/**
 * The state of the resource does not permit the operation. The message states the reason in one line, for the
 * caller.
 */
export type Conflict = { readonly _tag: 'Conflict'; readonly message: string }

/** The resource does not have the version that the caller expects. */
export type VersionMismatch = { readonly _tag: 'VersionMismatch'; readonly uid: string }

/** The input is longer than the maximum. */
export type TooLarge = { readonly _tag: 'TooLarge'; readonly maxBytes: number }

/** Too many requests are waiting already. A retry after this time may succeed. */
export type Overloaded = { readonly _tag: 'Overloaded'; readonly retryAfterSeconds: number }

/** A dependency did not answer. A later retry may succeed. */
export type Unavailable = {
  readonly _tag: 'Unavailable'
  readonly dependency: string
  readonly cause: unknown
  /**
   * A write was sent, but its response did not arrive, so the write may have taken effect, or may take effect
   * later. Do not undo the write; a later sweep compares the rows with the objects that exist.
   */
  readonly mayHaveHappened?: true
  /**
   * The input may have caused the failure: a decoder was killed, or the code threw. A retry with the same input may fail
   * for ever, so retries are limited. Without it the failure is one of the machine or of a service.
   */
  readonly isInputSuspected?: true
}

/**
 * The object store answered, but the object is missing, truncated, or differs from the bytes that were
 * stored.
 */
export type BadOrigin = { readonly _tag: 'BadOrigin'; readonly what: string }

export const notFound = (what: string, uid: string): NotFound => ({ _tag: 'NotFound', what, uid })
export const forbidden = (reason: ForbiddenReason): Forbidden => ({ _tag: 'Forbidden', reason })
export const refused = (message: string): Refused => ({ _tag: 'Refused', message })
export const notAccepted = (message: string): NotAccepted => ({ _tag: 'NotAccepted', message })
export const wrongKind: WrongKind = { _tag: 'WrongKind' }
export const takenDown: TakenDown = { _tag: 'TakenDown' }
export const noSpace: NoSpace = { _tag: 'NoSpace' }
export const conflict = (message: string): Conflict => ({ _tag: 'Conflict', message })
/** Creates the conflict of a change of a file that is in the trash. */
export const inTrash = (uid: string): Conflict => conflict(`${uid} is in the trash: restore it first`)
export const versionMismatch = (uid: string): VersionMismatch => ({ _tag: 'VersionMismatch', uid })
export const tooLarge = (maxBytes: number): TooLarge => ({ _tag: 'TooLarge', maxBytes })
export const overloaded = (retryAfterSeconds: number): Overloaded => ({
  _tag: 'Overloaded',
  retryAfterSeconds,
})
export const badOrigin = (what: string): BadOrigin => ({ _tag: 'BadOrigin', what })
export const unavailable =
  (dependency: string) =>
  (cause: unknown): Unavailable => ({ _tag: 'Unavailable', dependency, cause })
/** Creates the failure of a dependency that the input may have caused. */
export const unavailableForInput =
  (dependency: string) =>
  (cause: unknown): Unavailable => ({ _tag: 'Unavailable', dependency, cause, isInputSuspected: true })
export const outcomeUnknown =
  (dependency: string) =>
  (cause: unknown): Unavailable => ({ _tag: 'Unavailable', dependency, cause, mayHaveHappened: true })
