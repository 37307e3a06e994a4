import { E, type TE } from '../../fp.ts'
import type { ExplainToken, TokenExplanation } from '../../ports/explain-token.ts'
import type { Unavailable } from '../shared/errors.ts'
import type { CheckedIdTokenVerifier } from './checked-id-tokens.ts'
import type { CheckedMediaTokens } from './checked-media-tokens.ts'

/** Explains a token as this server treats it now: also whether it is revoked, or its file not public any more. */
export type ExplainCheckedToken = (jwt: string) => TE.TaskEither<Unavailable, TokenExplanation>

type Deps = {
  readonly explainToken: ExplainToken
  readonly checkedTokens: CheckedMediaTokens
  readonly idTokenVerifier: CheckedIdTokenVerifier
}

/** The verification of requests has the last word, so that an explanation never accepts what a request may not. */
export const createExplainCheckedToken =
  ({ explainToken, checkedTokens, idTokenVerifier }: Deps): ExplainCheckedToken =>
  (jwt) =>
  async () => {
    const explained = await explainToken(jwt)
    if (explained._tag === 'BadSignature' || explained.refusal !== null) return E.right(explained)
    const { use } = explained
    const verified = await (use === 'id' ? idTokenVerifier.verify(jwt) : checkedTokens.verify(use, jwt))()
    if (E.isRight(verified)) return E.right(explained)
    const failure = verified.left
    if (failure._tag === 'Unavailable') return E.left(failure)
    return E.right({ ...explained, refusal: failure.reason, grant: null })
  }
