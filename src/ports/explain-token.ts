import type { ForbiddenReason } from '../domain/shared/errors.ts'
import type { MediaGrant, MediaKind } from './media-tokens.ts'

/** The use of a token. Each use has its own keys and its own audience (`aud`). */
export type TokenUse = MediaKind | 'id'

export const tokenUses = ['image', 'content', 'id'] as const satisfies ReadonlyArray<TokenUse>

/** The information that an operator gets about a refused token (V61). */
export type TokenExplanation =
  /** The signature could not be verified, so the claims are neither trusted nor shown. */
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
      /** The reason why the token is refused in spite of its signature; `null` when it is valid. */
      readonly refusal: ForbiddenReason | null
      /** The grant of a valid media token. */
      readonly grant: MediaGrant | null
    }

/** Explains a token. Uses only the keys, not the database. */
export type ExplainToken = (jwt: string) => Promise<TokenExplanation>
