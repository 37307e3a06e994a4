import { parseSecretOrKeys, parseTokenKeys } from '../adapters/jose/token-key.ts'
import { loadConfig } from '../config/settings.ts'

/** Decodes the environment, with the keys in the form that the adapter for tokens reads. */
export const loadSettings = (
  env: Readonly<Record<string, string | undefined>>,
): ReturnType<typeof loadConfig> => loadConfig(env, { parseTokenKeys, parseSecretOrKeys })
