import type { MediaKind } from '../domain/media/media-kind.ts'
import type { ForbiddenReason } from '../domain/shared/errors.ts'
import type { MediaGrant } from './media-tokens.ts'

/** The purpose of a token. Each use has its own keys and its own audience (`aud`). */
export type TokenUse = MediaKind | 'id'

export const tokenUses = ['image', 'content', 'id'] as const satisfies ReadonlyArray<TokenUse>

/** What an operator is told about a token, for example why it is refused (V61). */
export type TokenExplanation =
  /** The signature could not be verified, so the claims are neither trusted nor shown. */
  | {
      readonly _tag: 'BadSignature'
      readonly reason: Extract<ForbiddenReason, 'malformed' | 'unknown_key' | 'signature'>
    }
  /** The token has a valid signature of one of the keys. */
  | {
      readonly _tag: 'Signed'
      readonly use: TokenUse
      readonly kid: string
      readonly claims: Readonly<Record<string, unknown>>
      /**
       * The reason why the token is refused although its signature is valid; `null` if the token is accepted.
       */
      readonly refusal: ForbiddenReason | null
      /** What the token permits; `null` if it is not a valid media token. */
      readonly grant: MediaGrant | null
    }

/** Explains a token. Uses only the keys, not the database. */
export type ExplainToken = (jwt: string) => Promise<TokenExplanation>
