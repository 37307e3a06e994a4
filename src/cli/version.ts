import { createRequire } from 'node:module'

/** Of this release, as package.json has it. */
export const larderVersion = (): string => {
  const { version } = createRequire(import.meta.url)('../../package.json') as { readonly version: string }
  return version
}
