import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isMissing } from './errno.ts'
import type { ProcessIdentity, ProcessState } from './process-identity.ts'

/** How long nothing of it is written before that of an unknown process is given up. */
const abandonedMs = 24 * 60 * 60 * 1000

/**
 * Whether a file or folder under way was left behind. What belongs to a process that is known decides itself. What
 * belongs to an unknown one is left behind once nothing in it was written for a day: writing is its heartbeat.
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

/** The newest time of anything in it [ms]; `null` when it cannot be told. */
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

/** A file that has just gone was written to just now. */
const statOf = async (path: string): Promise<{ readonly mtimeMs: number; readonly isDirectory: boolean }> => {
  try {
    const found = await lstat(path)
    return { mtimeMs: found.mtimeMs, isDirectory: found.isDirectory() }
  } catch (error) {
    if (!isMissing(error)) throw error
    return { mtimeMs: Date.now(), isDirectory: false }
  }
}
