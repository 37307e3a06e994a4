import * as t from 'io-ts'
import { type TokenExplanation, tokenUses } from '../../ports/explain-token.ts'
import { forbiddenReasons } from '../shared/errors.ts'
import { withDescription } from '../shared/json-schema.ts'
import { nullable } from '../shared/nullable.ts'
import { oneOf } from '../shared/one-of.ts'
import { Restrictions } from './restrictions.ts'

const BadSignatureJson = t.strict({
  signature: t.literal('bad'),
  reason: oneOf('reason', ['malformed', 'unknown_key', 'signature']),
})

const GoodSignatureJson = t.strict({
  signature: t.literal('good'),
  use: oneOf('token_use', tokenUses),
  kid: t.string,
  claims: t.UnknownRecord,
  refusal: withDescription(
    nullable(oneOf('refusal', forbiddenReasons)),
    'Why the token is refused; null if it is accepted.',
  ),
  restrictions: nullable(Restrictions),
})

/** What a token opens, or why it is refused (http-api.md §8.11). */
export const TokenExplanationJson = t.union([BadSignatureJson, GoodSignatureJson], 'TokenExplanation')
type TokenExplanationJson = t.TypeOf<typeof TokenExplanationJson>

/** Returns an explanation for programs. Has no claim of a token whose signature is bad. */
export const toExplanationJson = (explained: TokenExplanation): TokenExplanationJson => {
  if (explained._tag === 'BadSignature') return { signature: 'bad', reason: explained.reason }
  const { use, kid, claims, refusal, grant } = explained
  return { signature: 'good', use, kid, claims, refusal, restrictions: grant?.restrictions ?? null }
}
