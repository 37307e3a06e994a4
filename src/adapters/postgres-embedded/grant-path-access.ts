import { chmod, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Privilege } from './privilege.ts'

const executeForOthers = 0o001

/**
 * If PostgreSQL runs as another user, that user needs execute permission for all folders above its own. Adds
 * this permission to `base` and to its parent, DATA_DIR; the contents of both have their own permissions.
 * Does not change the folders above, and throws if one of them has no execute permission for others.
 */
export const grantPathAccess = async ({ uid }: Privilege, base: string): Promise<void> => {
  if (uid === process.getuid?.()) return
  const ownFolders = new Set([base, path.dirname(base)])
  for (const folder of ancestors(base)) {
    const { mode, uid: owner } = await stat(folder)
    if ((mode & executeForOthers) !== 0) continue
    if (!ownFolders.has(folder) || owner !== process.getuid?.())
      throw new Error(
        `PostgreSQL has to run as uid ${uid} here, which cannot access ${folder}: ` +
          'move DATA_DIR elsewhere, start as another user, or set DATABASE_URL',
      )
    await chmod(folder, (mode & 0o7777) | executeForOthers)
  }
}

const ancestors = (folder: string): ReadonlyArray<string> =>
  folder === path.dirname(folder) ? [folder] : [folder, ...ancestors(path.dirname(folder))]
