import type { TokenExplanation } from '../../ports/explain-token.ts'

/** Returns an explanation for programs. Has no claim of a token whose signature is bad. */
export const toExplanationJson = (explained: TokenExplanation) => {
  if (explained._tag === 'BadSignature') return { signature: 'bad', reason: explained.reason }
  const { use, kid, claims, refusal, grant } = explained
  return { signature: 'good', use, kid, claims, refusal, restrictions: grant?.restrictions ?? null }
}
