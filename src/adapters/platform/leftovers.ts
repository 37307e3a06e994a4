import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { orIfNotFound } from './errno.ts'
import type { ProcessIdentity, ProcessState } from './process-identity.ts'

/** A file of an unknown process counts as a leftover after this time without a write. */
const abandonedMs = 24 * 60 * 60 * 1000

/**
 * Whether an unfinished file or folder was left behind. If the state of its process is known, that decides.
 * Otherwise it is a leftover after a day without a write: writes are the heartbeat.
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

/** Returns the newest modification time of a file or folder tree (milliseconds); `null` if unknown. */
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

/** A file that disappeared during the scan counts as written now. */
const statOf = async (path: string): Promise<{ readonly mtimeMs: number; readonly isDirectory: boolean }> => {
  const stats = await orIfNotFound(lstat(path), null)
  return { mtimeMs: stats?.mtimeMs ?? Date.now(), isDirectory: stats?.isDirectory() ?? false }
}
