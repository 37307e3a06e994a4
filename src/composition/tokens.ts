import path from 'node:path'
import { readOrCreateSecretFile, readSecretFile } from '../adapters/fs/fs-key-file.ts'
import { createJoseExplainToken } from '../adapters/jose/jose-explain-token.ts'
import { createJoseIdTokens } from '../adapters/jose/jose-id-tokens.ts'
import { createJoseMediaTokens } from '../adapters/jose/jose-media-tokens.ts'
import { createCachedMediaTokens } from '../adapters/jose/remembered-media-tokens.ts'
import {
  formatTokenKeys,
  newSecretKey,
  parseTokenKeys,
  type TokenKey,
  withSigner,
} from '../adapters/jose/token-key.ts'
import { BadSetting, type Config } from '../config/settings.ts'
import { E } from '../fp.ts'
import type { Clock } from '../ports/clock.ts'
import type { ExplainToken, TokenUse } from '../ports/explain-token.ts'
import type { Adapters } from './larder.ts'

type TokenKeys = Readonly<Record<TokenUse, ReadonlyArray<TokenKey>>>

export const keyFile = (config: Config, use: TokenUse): string =>
  path.join(config.dataDir, 'keys', `${use}-tokens`)

/** Returns the configured keys. If none can sign, adds those from `ownText`, which reads a key file. */
export const tokenKeys = (config: Config, ownText: (file: string) => string | null): TokenKeys => {
  const keysOf = (use: TokenUse, set: ReadonlyArray<TokenKey> | null) =>
    withSigner(set ?? [], () => {
      const file = keyFile(config, use)
      const text = ownText(file)
      const keys = text === null ? E.right([]) : parseTokenKeys(text)
      if (E.isLeft(keys)) throw new BadSetting(`${file} ${keys.left}; a backup of it has the right text`)
      return keys.right
    })
  return {
    image: keysOf('image', config.imageTokenKeys),
    content: keysOf('content', config.contentTokenKeys),
    id: keysOf('id', config.idTokenKeys),
  }
}

/** Whether any keys are read from DATA_DIR with these settings. */
export const readsKeyFiles = (config: Config): boolean => {
  let reads = false
  tokenKeys(config, () => {
    reads = true
    return null
  })
  return reads
}

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

/** Explains tokens with the keys only: opens no library, and creates nothing. */
export const createExplainToken = (config: Config): ExplainToken => {
  const keys = tokenKeys(config, readSecretFile)
  if (Object.values(keys).every(({ length }) => length === 0))
    throw new BadSetting(
      `there are no keys in ${path.join(config.dataDir, 'keys')}; is DATA_DIR as it should be?`,
    )
  return createJoseExplainToken({ ...tokenOptions(config, Date.now), keys })
}
