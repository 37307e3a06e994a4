import { lstat, opendir } from 'node:fs/promises'
import path from 'node:path'

/**
 * Maximum number of files and folders that are checked, because a cache may have millions. Upper levels are
 * checked first.
 */
const maxChecks = 10_000

/**
 * Uid of `nobody`. If root cannot create a user namespace, PostgreSQL runs as this user, which therefore owns
 * the files of the database.
 */
const nobodyUid = 65_534

type ForeignFiles = {
  /**
   * Relative paths of files and folders that do not belong to `owner`. Of a folder tree with another owner,
   * only the topmost folder is listed.
   */
  readonly foreign: ReadonlyArray<string>
  /** Whether everything in the folder was checked. */
  readonly isWhole: boolean
}

const namesIn = async function* (folder: string): AsyncGenerator<string> {
  try {
    for await (const { name } of await opendir(folder)) yield name
  } catch {
    // The folder was removed meanwhile, or it cannot be read. Neither is reported here, because the owner of
    // the folder itself has already been checked.
  }
}

/** Finds files in `folder` that do not belong to `owner`. Searches level by level. */
export const findForeignFiles = async (
  folder: string,
  owner: number,
  limit: number = maxChecks,
): Promise<ForeignFiles> => {
  const isForeign = (name: string, uid: number): boolean =>
    uid !== owner && !(owner === 0 && uid === nobodyUid && name.startsWith(`postgres${path.sep}`))
  const foreign: string[] = []
  const folders = ['']
  let checked = 0
  for (const parent of folders) {
    for await (const child of namesIn(path.join(folder, parent))) {
      checked += 1
      if (checked > limit) return { foreign, isWhole: false }
      const name = path.join(parent, child)
      const stats = await lstat(path.join(folder, name)).catch(() => null)
      if (stats === null) continue
      if (isForeign(name, stats.uid)) foreign.push(name)
      else if (stats.isDirectory()) folders.push(name)
    }
  }
  return { foreign, isWhole: true }
}
