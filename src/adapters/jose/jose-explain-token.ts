import { E } from '../../fp.ts'
import {
  type ExplainToken,
  type TokenExplanation,
  type TokenUse,
  tokenUses,
} from '../../ports/explain-token.ts'
import type { TokenKey } from '../../ports/token-key.ts'
import { type BadSignature, createJwtVerifier, type JwtOptions, type JwtVerifier } from './jwt-verifier.ts'
import { toMediaGrant } from './media-grant.ts'

type Options = Omit<JwtOptions, 'audience' | 'keys'> & {
  readonly keys: Readonly<Record<TokenUse, ReadonlyArray<TokenKey>>>
}

type Signed = Extract<TokenExplanation, { readonly _tag: 'Signed' }>

const explainSigned = async (
  use: TokenUse,
  codec: JwtVerifier,
  jwt: string,
): Promise<E.Either<BadSignature, Signed>> => {
  const opened = await codec.open(jwt)
  if (E.isLeft(opened)) return opened
  const signed = { _tag: 'Signed', use, ...opened.right } as const
  const checked = codec.check(opened.right.claims)
  if (E.isLeft(checked)) return E.right({ ...signed, refusal: checked.left, grant: null })
  if (use === 'id') return E.right({ ...signed, refusal: null, grant: null })
  const grant = toMediaGrant(use, opened.right.claims, checked.right)
  return E.right(
    E.isLeft(grant)
      ? { ...signed, refusal: grant.left, grant: null }
      : { ...signed, refusal: null, grant: grant.right },
  )
}

/**
 * Returns the most specific of several reasons. A wrong signature for a known key is more specific than an
 * unknown key.
 */
const mostSpecific = (reasons: ReadonlyArray<BadSignature>): BadSignature =>
  (['signature', 'unknown_key', 'malformed'] as const).find((reason) => reasons.includes(reason)) ??
  'malformed'

/** Creates ExplainToken. Throws if a key is invalid (see createJwtVerifier). */
export const createJoseExplainToken = ({ keys, ...options }: Options): ExplainToken => {
  const codecs = tokenUses.flatMap((use) =>
    keys[use].length === 0
      ? []
      : [
          {
            use,
            codec: createJwtVerifier({ ...options, audience: `${options.issuer}-${use}`, keys: keys[use] }),
          },
        ],
  )
  return async (jwt) => {
    const all = await Promise.all(codecs.map(({ use, codec }) => explainSigned(use, codec, jwt)))
    const signed = all.flatMap((each) => (E.isRight(each) ? [each.right] : []))
    // If several uses share a key, the use that the token's audience names has priority.
    const [best] = [...signed.filter(({ refusal }) => refusal !== 'audience'), ...signed]
    if (best !== undefined) return best
    return { _tag: 'BadSignature', reason: mostSpecific(all.flatMap((e) => (E.isLeft(e) ? [e.left] : []))) }
  }
}
