import { parseSecretOrKeys, parseTokenKeys } from '../adapters/jose/token-key.ts'
import { loadConfig } from '../config/settings.ts'

/** Decodes the settings in the environment. The adapter for tokens parses the keys. */
export const loadSettings = (
  env: Readonly<Record<string, string | undefined>>,
): ReturnType<typeof loadConfig> => loadConfig(env, { parseTokenKeys, parseSecretOrKeys })
