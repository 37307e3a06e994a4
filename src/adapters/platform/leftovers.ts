import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { orIfNotFound } from './errno.ts'
import type { ProcessIdentity, ProcessState } from './process-identity.ts'

/** A file whose process is unknown is a leftover if nothing was written to it for this long (ms). */
const leftoverAgeMs = 24 * 60 * 60 * 1000

/**
 * Returns whether an unfinished file or folder is a leftover. If it is known whether the writing process is
 * alive, that decides. Otherwise the file is a leftover after a day without a write, because running work
 * writes continually.
 */
export const isLeftover = async (
  path: string,
  owner: ProcessIdentity | null,
  stateOf: (identity: ProcessIdentity) => ProcessState,
): Promise<boolean> => {
  const state = owner === null ? 'unknown' : stateOf(owner)
  if (state !== 'unknown') return state === 'gone'
  const written = await lastWritten(path)
  return written !== null && Date.now() - written > leftoverAgeMs
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

/**
 * Returns the metadata of a path. A file that disappeared during the scan counts as written just now, so that
 * its folder is not removed.
 */
const statOf = async (path: string): Promise<{ readonly mtimeMs: number; readonly isDirectory: boolean }> => {
  const stats = await orIfNotFound(lstat(path), null)
  return { mtimeMs: stats?.mtimeMs ?? Date.now(), isDirectory: stats?.isDirectory() ?? false }
}
