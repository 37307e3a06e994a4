import { access, chmod, constants, mkdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { errnoOf } from '../platform/errno.ts'

/**
 * Creates a folder for this user, with its parents. Throws if this user cannot write to the folder. Other
 * users can traverse new parents but not list them, because PostgreSQL may run as the Unix user `nobody` in
 * one of them.
 */
export const ensureFolder = async (folder: string): Promise<void> => {
  await makeFolder(folder, 0o711)
  await access(folder, constants.W_OK | constants.X_OK)
}

/**
 * Creates a folder that only this user can enter, whatever the umask is. Also corrects the mode of an
 * existing folder of an earlier release. Use it for folders in `DATA_DIR`, because other
 * users may be able to enter `DATA_DIR` itself.
 */
export const ensurePrivateFolder = async (folder: string): Promise<void> => {
  await makeFolder(folder, 0o700)
  const { mode, uid } = await stat(folder)
  if ((mode & 0o077) !== 0 && uid === process.getuid?.()) await chmod(folder, 0o700)
}

/**
 * Creates a folder with its parents. Each folder is tried at most twice: Node's recursive mkdir never ends on
 * a file system such as /proc, which reports ENOENT below existing folders.
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
