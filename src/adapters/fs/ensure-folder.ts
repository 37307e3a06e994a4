import { access, constants, mkdir, stat } from 'node:fs/promises'
import path from 'node:path'

const has = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code

/** Makes a folder of this user's own, with its parents; throws also when it is there and this user cannot write in it. */
export const ensureFolder = async (folder: string): Promise<void> => {
  await makeFolder(folder)
  await access(folder, constants.W_OK | constants.X_OK)
}

/**
 * Node's recursive mkdir never ends in a file system that answers ENOENT below folders that are there, as /proc does;
 * here each folder is tried twice at most.
 */
const makeFolder = async (folder: string): Promise<void> => {
  const make = () =>
    mkdir(folder, { mode: 0o700 }).catch(async (error) => {
      if (!has(error, 'EEXIST') || !(await stat(folder)).isDirectory()) throw error
    })
  try {
    await make()
  } catch (error) {
    if (!has(error, 'ENOENT') || path.dirname(folder) === folder) throw error
    await makeFolder(path.dirname(folder))
    await make()
  }
}
