import { chmodSync, mkdirSync, statSync } from 'node:fs'
import { chmod, mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { alreadyExists, isNotFound } from './errno.ts'

// Node's recursive mkdir never ends on a file system such as /proc, which reports ENOENT below existing folders. Here
// each folder is tried at most twice.

/** Permissions of folders that only this user can enter. */
const privateMode = 0o700

type FolderModes = { readonly mode?: number; readonly parentMode?: number }

/** Returns whether the folder was created; `false` if it exists. The umask has no effect on its mode. */
const createOne = async (folder: string, mode: number): Promise<boolean> => {
  try {
    await mkdir(folder, { mode })
    await chmod(folder, mode)
    return true
  } catch (error) {
    if (!alreadyExists(error) || !(await stat(folder)).isDirectory()) throw error
    return false
  }
}

/**
 * Creates a folder with its parents. Returns the topmost folder that was created; `null` if all exist. Throws if a
 * folder cannot be created.
 */
export const createFolder = async (
  folder: string,
  { mode = privateMode, parentMode = privateMode }: FolderModes = {},
): Promise<string | null> => {
  try {
    return (await createOne(folder, mode)) ? folder : null
  } catch (error) {
    if (!isNotFound(error) || dirname(folder) === folder) throw error
    const topmost = await createFolder(dirname(folder), { mode: parentMode, parentMode })
    return (await createOne(folder, mode)) ? (topmost ?? folder) : topmost
  }
}

const createOneSync = (folder: string): void => {
  try {
    mkdirSync(folder, { mode: privateMode })
    chmodSync(folder, privateMode)
  } catch (error) {
    if (!alreadyExists(error) || !statSync(folder).isDirectory()) throw error
  }
}

/** Creates a folder with its parents, synchronously. */
export const createFolderSync = (folder: string): void => {
  try {
    createOneSync(folder)
  } catch (error) {
    if (!isNotFound(error) || dirname(folder) === folder) throw error
    createFolderSync(dirname(folder))
    createOneSync(folder)
  }
}
