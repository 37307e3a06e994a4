import { parseSecretOrKeys, parseTokenKeys } from '../adapters/jose/token-keys.ts'
import { loadConfig } from '../config/settings.ts'

/** Decodes the settings in the environment. The parsers of token keys come from the adapter for tokens. */
export const loadSettings = (
  env: Readonly<Record<string, string | undefined>>,
): ReturnType<typeof loadConfig> => loadConfig(env, { parseTokenKeys, parseSecretOrKeys })
