import { mkdir } from 'node:fs/promises'
import path from 'node:path'

const has = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code

/**
 * Makes a folder of this user's own, with its parents. Node's recursive mkdir never ends in a file system that
 * answers ENOENT below folders that are there, as /proc does; here each folder is tried twice at most.
 */
export const ensureFolder = async (folder: string): Promise<void> => {
  const make = () =>
    mkdir(folder, { mode: 0o700 }).catch((error) => {
      if (!has(error, 'EEXIST')) throw error
    })
  try {
    await make()
  } catch (error) {
    if (!has(error, 'ENOENT') || path.dirname(folder) === folder) throw error
    await ensureFolder(path.dirname(folder))
    await make()
  }
}
