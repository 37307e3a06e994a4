import { access, chmod, constants, mkdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { errnoOf } from '../platform/errno.ts'

/**
 * Makes a folder of this user's own, with its parents. Throws also when it exists and this user cannot write in it.
 * Others may pass through new parents, but not look into them: PostgreSQL may have to run as `nobody` below.
 */
export const ensureFolder = async (folder: string): Promise<void> => {
  await makeFolder(folder, 0o711)
  await access(folder, constants.W_OK | constants.X_OK)
}

/**
 * As `ensureFolder`, for a folder that only this user may enter, whatever the umask is and whatever mode an earlier
 * release gave it: `DATA_DIR` itself may be open to others.
 */
export const ensurePrivateFolder = async (folder: string): Promise<void> => {
  await makeFolder(folder, 0o700)
  const { mode, uid } = await stat(folder)
  if ((mode & 0o077) !== 0 && uid === process.getuid?.()) await chmod(folder, 0o700)
}

/**
 * Node's recursive mkdir never ends in a file system that answers ENOENT below folders that are there, as /proc does;
 * here each folder is tried twice at most.
 */
const makeFolder = async (folder: string, parentMode: number, mode = 0o700): Promise<void> => {
  const make = async () => {
    try {
      await mkdir(folder, { mode })
      await chmod(folder, mode) // the umask may have taken some of it
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST' || !(await stat(folder)).isDirectory()) throw error
    }
  }
  try {
    await make()
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT' || path.dirname(folder) === folder) throw error
    await makeFolder(path.dirname(folder), parentMode, parentMode)
    await make()
  }
}
