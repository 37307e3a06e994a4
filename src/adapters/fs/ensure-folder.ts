import { access, chmod, constants, mkdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { errnoOf } from '../platform/errno.ts'

/**
 * Creates a folder for this user, with its parents. Also throws if it exists and this user cannot write to
 * it. Others can traverse new parents, but not list them: PostgreSQL may run as the Unix user `nobody` in one of them.
 */
export const ensureFolder = async (folder: string): Promise<void> => {
  await makeFolder(folder, 0o711)
  await access(folder, constants.W_OK | constants.X_OK)
}

/**
 * As `ensureFolder`, for a folder that only this user can enter, whatever the umask is, and whatever its mode
 * from an earlier release: `DATA_DIR` itself may be open to others.
 */
export const ensurePrivateFolder = async (folder: string): Promise<void> => {
  await makeFolder(folder, 0o700)
  const { mode, uid } = await stat(folder)
  if ((mode & 0o077) !== 0 && uid === process.getuid?.()) await chmod(folder, 0o700)
}

/**
 * Node's recursive mkdir never ends on a file system that answers ENOENT below existing folders, such as
 * /proc. This tries each folder at most twice.
 */
const makeFolder = async (folder: string, parentMode: number, mode = 0o700): Promise<void> => {
  const make = async () => {
    try {
      await mkdir(folder, { mode })
      await chmod(folder, mode) // the umask may have removed bits
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
