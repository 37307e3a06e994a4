import { readOrCreateSecretFile } from '../adapters/fs/fs-key-file.ts'
import { createCachedMediaTokens } from '../adapters/jose/cached-media-tokens.ts'
import { createJoseExplainToken } from '../adapters/jose/jose-explain-token.ts'
import { createJoseIdTokenIssuer } from '../adapters/jose/jose-id-token-issuer.ts'
import { createJoseIdTokenVerifier } from '../adapters/jose/jose-id-token-verifier.ts'
import { createJoseMediaTokens } from '../adapters/jose/jose-media-tokens.ts'
import { formatTokenKeys, generateSecretKey } from '../adapters/jose/token-keys.ts'
import type { Config } from '../config/settings.ts'
import type { Clock } from '../ports/clock.ts'
import type { ExplainToken } from '../ports/explain-token.ts'
import type { IdTokenIssuer } from '../ports/id-token-issuer.ts'
import type { IdTokenVerifier } from '../ports/id-token-verifier.ts'
import type { MediaTokens } from '../ports/media-tokens.ts'
import { resolveTokenKeys, tokenRules } from './token-keys.ts'

type Tokens = {
  readonly media: MediaTokens
  readonly idVerifier: IdTokenVerifier
  readonly idIssuer: IdTokenIssuer
  readonly explain: ExplainToken
}

export const createTokens = (config: Config, clock: Clock): Tokens => {
  const keys = resolveTokenKeys(config, (file) =>
    readOrCreateSecretFile(file, () => formatTokenKeys([generateSecretKey('k1')])),
  )
  const options = { ...tokenRules(config), clock }
  return {
    media: createCachedMediaTokens(createJoseMediaTokens({ ...options, keys }), clock),
    idVerifier: createJoseIdTokenVerifier({ ...options, keys: keys.id }),
    idIssuer: createJoseIdTokenIssuer({ ...options, keys: keys.id }),
    explain: createJoseExplainToken({ ...options, keys }),
  }
}
