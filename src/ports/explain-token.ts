import type { ForbiddenReason } from '../domain/shared/errors.ts'
import type { MediaGrant, MediaKind } from './media-tokens.ts'

/** What a token is for. Each use has its own keys and audience. */
export type TokenUse = MediaKind | 'id'

export const tokenUses = ['image', 'content', 'id'] as const satisfies ReadonlyArray<TokenUse>

/** What an operator may learn about a refused token (V61). */
export type TokenExplanation =
  /** The claims are neither trusted nor shown. */
  | {
      readonly _tag: 'BadSignature'
      readonly reason: Extract<ForbiddenReason, 'malformed' | 'unknown_key' | 'signature'>
    }
  /** The token is signed with one of the keys. */
  | {
      readonly _tag: 'Signed'
      readonly use: TokenUse
      readonly kid: string
      readonly claims: Readonly<Record<string, unknown>>
      /** Why the token is refused nevertheless; `null` when it is valid. */
      readonly refusal: ForbiddenReason | null
      /** Grant of a valid media token. */
      readonly grant: MediaGrant | null
    }

/** Uses only the keys, not the database. */
export type ExplainToken = (jwt: string) => Promise<TokenExplanation>
