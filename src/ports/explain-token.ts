import type { ForbiddenReason } from '../domain/shared/errors.ts'
import type { MediaGrant, MediaKind } from './media-tokens.ts'

/** What a token is for; each has keys and an audience of its own. */
export type TokenUse = MediaKind | 'id'

/** What can be said of a token to who asks why it is refused (V61). */
export type TokenExplanation =
  /** Nothing of what it claims is told, or believed. */
  | {
      readonly _tag: 'BadSignature'
      readonly reason: Extract<ForbiddenReason, 'malformed' | 'unknown_key' | 'signature'>
    }
  /** One of the keys has signed it. */
  | {
      readonly _tag: 'Signed'
      readonly use: TokenUse
      readonly kid: string
      readonly claims: Readonly<Record<string, unknown>>
      /** Why it is refused all the same. */
      readonly refusal: ForbiddenReason | null
      /** What a media token that is not refused opens. */
      readonly grant: MediaGrant | null
    }

/** Asks the keys alone. */
export type ExplainToken = (jwt: string) => Promise<TokenExplanation>
