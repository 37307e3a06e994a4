import { chmod, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Privilege } from './privilege.ts'

const othersMayPass = 0o001

/**
 * Where PostgreSQL has to run as another user, this user must be able to pass through all folders above its own. Larder
 * opens `base` and the folder in which it lies, DATA_DIR, for passing alone; what lies in them is closed by itself. It
 * leaves the folders above as they are, and throws when one is closed.
 */
export const openPathFor = async ({ uid }: Privilege, base: string): Promise<void> => {
  if (uid === process.getuid?.()) return
  const ours = new Set([base, path.dirname(base)])
  for (const folder of ancestors(base)) {
    const { mode, uid: owner } = await stat(folder)
    if ((mode & othersMayPass) !== 0) continue
    if (!ours.has(folder) || owner !== process.getuid?.())
      throw new Error(
        `PostgreSQL has to run as uid ${uid} here, which may not pass through ${folder}: ` +
          'move DATA_DIR elsewhere, start as another user, or set DATABASE_URL',
      )
    await chmod(folder, (mode & 0o7777) | othersMayPass)
  }
}

const ancestors = (folder: string): ReadonlyArray<string> =>
  folder === path.dirname(folder) ? [folder] : [folder, ...ancestors(path.dirname(folder))]
