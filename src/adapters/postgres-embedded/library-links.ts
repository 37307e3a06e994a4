import { randomUUID } from 'node:crypto'
import { chmod, readlink, rename, symlink } from 'node:fs/promises'
import path from 'node:path'
import { createFolder } from '../platform/create-folder.ts'
import type { Privilege } from './privilege.ts'

/** Name of the folder that contains the links to the libraries. */
const name = 'lib'

/**
 * Returns the options to start a program that needs the libraries. Their path is relative, because the path
 * of a data folder may contain a colon, which separates paths in LD_LIBRARY_PATH.
 */
export const librarySpawnOptions = (base: string) => ({
  cwd: base,
  env: { PATH: process.env.PATH, LC_ALL: 'C', LD_LIBRARY_PATH: name },
})

/**
 * Creates a folder below `base` with a link to each library. The folder is not created inside the npm
 * package, because the user who starts Larder may lack write permission there. Several processes may call
 * this function concurrently.
 */
export const linkLibraries = async (
  base: string,
  libraries: ReadonlyMap<string, string>,
  { uid }: Privilege,
): Promise<void> => {
  const folder = path.join(base, name)
  await createFolder(folder)
  // If PostgreSQL runs as another user, that user must be able to follow the links.
  await chmod(folder, uid === process.getuid?.() ? 0o700 : 0o711)
  for (const [soname, file] of libraries) {
    const link = path.join(folder, soname)
    if ((await readlink(link).catch(() => null)) === file) continue
    const draft = `${link}.${randomUUID()}`
    await symlink(file, draft)
    await rename(draft, link)
  }
}
