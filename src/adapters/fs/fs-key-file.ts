import { randomUUID } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { isMissing, isThereAlready } from '../platform/errno.ts'

/** The text of a secret file; `null` when there is none. */
export const readSecretFile = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

/**
 * The text of a secret file, made by `generate` when there is none (mode 0600). Of several processes that start
 * at once, all get the text of one.
 */
export const readOrCreateSecretFile = (path: string, generate: () => string): string => {
  const known = readSecretFile(path)
  if (known !== null) return known
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.${randomUUID()}`
  try {
    writeFileSync(draft, `${generate()}\n`, { mode: 0o600 })
    // A link is made whole or not at all, and never over another: rename would let the last one win.
    linkSync(draft, path)
  } catch (error) {
    if (!isThereAlready(error)) throw error
  } finally {
    rmSync(draft, { force: true })
  }
  return readFileSync(path, 'utf8').trim()
}
