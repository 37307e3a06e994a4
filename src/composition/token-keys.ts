import path from 'node:path'
import { parseTokenKeys, withSigningKey } from '../adapters/jose/token-keys.ts'
import { type Config, InvalidSettingError } from '../config/settings.ts'
import { E } from '../fp.ts'
import type { TokenUse } from '../ports/explain-token.ts'
import type { TokenKey } from '../ports/token-key.ts'

type TokenKeys = Readonly<Record<TokenUse, ReadonlyArray<TokenKey>>>

/** Returns the rules by which tokens are accepted and minted, in the form of the adapter. */
export const tokenRules = ({ tokenIssuer, tokenLeewaySeconds, tokenMaxTtlSeconds }: Config) => ({
  issuer: tokenIssuer,
  leewaySeconds: tokenLeewaySeconds,
  maxTtlSeconds: tokenMaxTtlSeconds,
})

export const keyFilePath = (config: Config, use: TokenUse): string =>
  path.join(config.dataDir, 'keys', `${use}-tokens`)

/**
 * Returns the configured keys of each use (kind of token). If no key of a use can sign, adds the keys in the
 * key file of that use. `readKeyFile` returns the text of a key file; `null` if there is no file.
 */
export const resolveTokenKeys = (config: Config, readKeyFile: (file: string) => string | null): TokenKeys => {
  const keysOf = (use: TokenUse, configured: ReadonlyArray<TokenKey> | null) =>
    withSigningKey(configured ?? [], () => {
      const file = keyFilePath(config, use)
      const text = readKeyFile(file)
      const keys = text === null ? E.right([]) : parseTokenKeys(text)
      if (E.isLeft(keys)) throw new InvalidSettingError(`${file} ${keys.left}; restore it from a backup`)
      return keys.right
    })
  return {
    image: keysOf('image', config.imageTokenKeys),
    content: keysOf('content', config.contentTokenKeys),
    id: keysOf('id', config.idTokenKeys),
  }
}

/** Returns whether Larder reads any keys from DATA_DIR with these settings. */
export const readsKeyFiles = (config: Config): boolean => {
  let isRead = false
  resolveTokenKeys(config, () => {
    isRead = true
    return null
  })
  return isRead
}
