import path from 'node:path'
import { readSecretFile } from '../adapters/fs/fs-key-file.ts'
import { parseTokenKeys } from '../adapters/jose/token-keys.ts'
import { errnoOf, isPermissionDenied } from '../adapters/platform/errno.ts'
import type { Config } from '../config/settings.ts'
import { E } from '../fp.ts'
import { type TokenUse, tokenUses } from '../ports/explain-token.ts'
import { keyFilePath, resolveTokenKeys } from './token-keys.ts'

/**
 * A file of token keys, and the description of its fault; `null` if it has none. The description contains no
 * part of a key.
 */
export type KeyFile = {
  readonly use: TokenUse
  readonly folder: string
  readonly fault: { readonly kind: 'missing' | 'unreadable' | 'malformed'; readonly text: string } | null
}

const keyFileFault = (file: string): KeyFile['fault'] => {
  try {
    const text = readSecretFile(file)
    if (text === null) return { kind: 'missing', text: `${file} does not exist` }
    const keys = parseTokenKeys(text)
    return E.isLeft(keys) ? { kind: 'malformed', text: `${file} ${keys.left}` } : null
  } catch (error) {
    if (errnoOf(error) === 'ENOTDIR') return { kind: 'missing', text: `${file} does not exist` }
    const reason = isPermissionDenied(error) ? 'permission denied' : (errnoOf(error) ?? String(error))
    return { kind: 'unreadable', text: `${file} cannot be read: ${reason}` }
  }
}

/** Checks the key files that the settings require. Does not create missing files. */
export const examineKeyFiles = (config: Config): ReadonlyArray<KeyFile> => {
  const needed: string[] = []
  resolveTokenKeys(config, (file) => {
    needed.push(file)
    return null
  })
  return tokenUses
    .map((use) => ({ use, file: keyFilePath(config, use) }))
    .filter(({ file }) => needed.includes(file))
    .map(({ use, file }) => ({ use, folder: path.dirname(file), fault: keyFileFault(file) }))
}
