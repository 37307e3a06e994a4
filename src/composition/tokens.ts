import path from 'node:path'
import { readOrCreateSecretFile, readSecretFile } from '../adapters/fs/fs-key-file.ts'
import { createJoseExplainToken } from '../adapters/jose/jose-explain-token.ts'
import { createJoseIdTokens } from '../adapters/jose/jose-id-tokens.ts'
import { createJoseMediaTokens } from '../adapters/jose/jose-media-tokens.ts'
import { createCachedMediaTokens } from '../adapters/jose/remembered-media-tokens.ts'
import { formatTokenKeys, newSecretKey } from '../adapters/jose/token-key.ts'
import { BadSetting, type Config } from '../config/settings.ts'
import type { Clock } from '../ports/clock.ts'
import type { ExplainToken } from '../ports/explain-token.ts'
import type { Adapters } from './larder.ts'
import { tokenKeys } from './token-keys.ts'

const tokenOptions = (config: Config, clock: Clock) => ({
  issuer: config.tokenIssuer,
  leewaySeconds: config.tokenLeewaySeconds,
  clock,
})

export const createTokens = (config: Config, clock: Clock): Pick<Adapters, 'tokens' | 'idTokens'> => {
  const keys = tokenKeys(config, (file) =>
    readOrCreateSecretFile(file, () => formatTokenKeys([newSecretKey('k1')])),
  )
  const options = tokenOptions(config, clock)
  return {
    tokens: createCachedMediaTokens(createJoseMediaTokens({ ...options, keys }), clock),
    idTokens: createJoseIdTokens({ ...options, keys: keys.id }),
  }
}

/** Explains tokens. Needs only the keys: opens no library, and creates nothing. */
export const createExplainToken = (config: Config): ExplainToken => {
  const keys = tokenKeys(config, readSecretFile)
  if (Object.values(keys).every(({ length }) => length === 0))
    throw new BadSetting(`there are no keys in ${path.join(config.dataDir, 'keys')}; is DATA_DIR correct?`)
  return createJoseExplainToken({ ...tokenOptions(config, Date.now), keys })
}
