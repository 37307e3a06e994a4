import { createRequire } from 'node:module'

/** Returns the version in package.json. */
export const larderVersion = (): string => {
  const { version } = createRequire(import.meta.url)('../../package.json') as { readonly version: string }
  return version
}
