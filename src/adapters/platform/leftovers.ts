import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { orIfNotFound } from './errno.ts'
import type { ProcessIdentity, ProcessState } from './process-identity.ts'

/** Time in milliseconds without a write after which a file of an unknown process counts as a leftover. */
const abandonedMs = 24 * 60 * 60 * 1000

/**
 * Returns whether an unfinished file or folder is a leftover. If the state of its process is known, that
 * decides. Otherwise it is a leftover after a day without a write, because running work writes continually.
 */
export const isLeftover = async (
  path: string,
  owner: ProcessIdentity | null,
  stateOf: (identity: ProcessIdentity) => ProcessState,
): Promise<boolean> => {
  const state = owner === null ? 'unknown' : stateOf(owner)
  if (state !== 'unknown') return state === 'gone'
  const written = await lastWritten(path)
  return written !== null && Date.now() - written > abandonedMs
}

/**
 * Returns the newest modification time in a file or folder tree, in milliseconds; `null` if it cannot be
 * determined.
 */
const lastWritten = async (path: string): Promise<number | null> => {
  try {
    const { mtimeMs, isDirectory } = await statOf(path)
    if (!isDirectory) return mtimeMs
    const below = await readdir(path, { recursive: true })
    const times = await Promise.all(below.map((name) => statOf(join(path, name))))
    return Math.max(mtimeMs, ...times.map((time) => time.mtimeMs))
  } catch {
    return null
  }
}

/** Returns the facts of a path. A file that disappeared during the scan counts as written now. */
const statOf = async (path: string): Promise<{ readonly mtimeMs: number; readonly isDirectory: boolean }> => {
  const stats = await orIfNotFound(lstat(path), null)
  return { mtimeMs: stats?.mtimeMs ?? Date.now(), isDirectory: stats?.isDirectory() ?? false }
}
