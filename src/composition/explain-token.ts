import path from 'node:path'
import { readSecretFile } from '../adapters/fs/fs-key-file.ts'
import { createJoseExplainToken } from '../adapters/jose/jose-explain-token.ts'
import { type Config, InvalidSettingError } from '../config/settings.ts'
import type { ExplainToken } from '../ports/explain-token.ts'
import { resolveTokenKeys, tokenRules } from './token-keys.ts'

/**
 * Creates a function that explains tokens. The function needs only the keys, opens no library, and creates no
 * files.
 */
export const createExplainToken = (config: Config): ExplainToken => {
  const keys = resolveTokenKeys(config, readSecretFile)
  if (Object.values(keys).every(({ length }) => length === 0))
    throw new InvalidSettingError(
      `there are no keys in ${path.join(config.dataDir, 'keys')}; is DATA_DIR correct?`,
    )
  return createJoseExplainToken({ ...tokenRules(config), clock: Date.now, keys })
}
