import { access, chmod, constants, stat } from 'node:fs/promises'
import { createFolder } from './create-folder.ts'

/**
 * Creates a folder for this user, with its parents. Throws if this user cannot write to the folder. Other
 * users can traverse new parents but not list them, because PostgreSQL may run as the Unix user `nobody` in
 * one of them.
 */
export const ensureFolder = async (folder: string): Promise<void> => {
  await createFolder(folder, { parentMode: 0o711 })
  await access(folder, constants.W_OK | constants.X_OK)
}

/**
 * Creates a folder that only this user can enter, whatever the umask is. Also corrects the mode of an
 * existing folder of an earlier release. Use it for folders in `DATA_DIR`, because other
 * users may be able to enter `DATA_DIR` itself.
 */
export const ensurePrivateFolder = async (folder: string): Promise<void> => {
  await createFolder(folder)
  const { mode, uid } = await stat(folder)
  if ((mode & 0o077) !== 0 && uid === process.getuid?.()) await chmod(folder, 0o700)
}
