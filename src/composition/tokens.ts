import path from 'node:path'
import { readOrCreateSecretFile, readSecretFile } from '../adapters/fs/fs-key-file.ts'
import { createCachedMediaTokens } from '../adapters/jose/cached-media-tokens.ts'
import { createJoseExplainToken } from '../adapters/jose/jose-explain-token.ts'
import { createJoseIdTokenIssuer } from '../adapters/jose/jose-id-token-issuer.ts'
import { createJoseIdTokenVerifier } from '../adapters/jose/jose-id-token-verifier.ts'
import { createJoseMediaTokens } from '../adapters/jose/jose-media-tokens.ts'
import { formatTokenKeys, generateSecretKey } from '../adapters/jose/token-key.ts'
import { type Config, InvalidSettingError } from '../config/settings.ts'
import type { Clock } from '../ports/clock.ts'
import type { ExplainToken } from '../ports/explain-token.ts'
import type { IdTokenIssuer } from '../ports/id-token-issuer.ts'
import type { IdTokenVerifier } from '../ports/id-token-verifier.ts'
import type { MediaTokens } from '../ports/media-tokens.ts'
import { resolveTokenKeys } from './token-keys.ts'

const tokenOptions = (config: Config, clock: Clock) => ({
  issuer: config.tokenIssuer,
  leewaySeconds: config.tokenLeewaySeconds,
  clock,
})

type Tokens = {
  readonly media: MediaTokens
  readonly idVerifier: IdTokenVerifier
  readonly idIssuer: IdTokenIssuer
}

export const createTokens = (config: Config, clock: Clock): Tokens => {
  const keys = resolveTokenKeys(config, (file) =>
    readOrCreateSecretFile(file, () => formatTokenKeys([generateSecretKey('k1')])),
  )
  const options = tokenOptions(config, clock)
  return {
    media: createCachedMediaTokens(createJoseMediaTokens({ ...options, keys }), clock),
    idVerifier: createJoseIdTokenVerifier({ ...options, keys: keys.id }),
    idIssuer: createJoseIdTokenIssuer({ ...options, keys: keys.id }),
  }
}

/**
 * Creates a function that explains tokens. It needs only the keys, opens no library, and creates no files.
 */
export const createExplainToken = (config: Config): ExplainToken => {
  const keys = resolveTokenKeys(config, readSecretFile)
  if (Object.values(keys).every(({ length }) => length === 0))
    throw new InvalidSettingError(
      `there are no keys in ${path.join(config.dataDir, 'keys')}; is DATA_DIR correct?`,
    )
  return createJoseExplainToken({ ...tokenOptions(config, Date.now), keys })
}
