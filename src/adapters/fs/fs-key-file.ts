import { randomUUID } from 'node:crypto'
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { createFolderSync } from '../platform/create-folder.ts'
import { alreadyExists, isNotFound } from '../platform/errno.ts'

/** Reads a secret file. Returns `null` if there is none. */
export const readSecretFile = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    if (isNotFound(error)) return null
    throw error
  }
}

/**
 * Reads a secret file. If there is none, creates it with the text from `generate` (mode 0600). If several
 * processes create it at once, all of them get the same text.
 */
export const readOrCreateSecretFile = (path: string, generate: () => string): string => {
  const existing = readSecretFile(path)
  if (existing !== null) return existing
  createFolderSync(dirname(path))
  const draft = `${path}.${randomUUID()}`
  try {
    writeFileSync(draft, `${generate()}\n`, { mode: 0o600 })
    // A link is created atomically and never replaces a file, so the first process wins. With a rename, the
    // last process would win.
    linkSync(draft, path)
  } catch (error) {
    if (!alreadyExists(error)) throw error
  } finally {
    rmSync(draft, { force: true })
  }
  return readFileSync(path, 'utf8').trim()
}
