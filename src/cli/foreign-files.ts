import type { Stats } from 'node:fs'
import { lstat, opendir } from 'node:fs/promises'
import path from 'node:path'

/** So many files and folders are looked at: a cache may have millions, and the upper levels come first. */
const mostLooks = 10_000

/** Where root may not make a user namespace PostgreSQL runs as this user, and the database belongs to it. */
const nobodyUid = 65_534

export type Ownership = {
  /** Paths in the folder, each the topmost that belongs to another user than the folder itself does. */
  readonly foreign: ReadonlyArray<string>
  /** Whether everything in the folder was looked at. */
  readonly isWhole: boolean
}

const namesIn = async function* (folder: string): AsyncGenerator<string> {
  try {
    for await (const { name } of await opendir(folder)) yield name
  } catch {
    // It is gone meanwhile, or closed; its own owner is known.
  }
}

const lookAt = (file: string): Promise<Stats | null> => lstat(file).catch(() => null)

/** Looks level by level at whose the things in `folder` are. */
export const findForeign = async (
  folder: string,
  owner: number,
  most: number = mostLooks,
): Promise<Ownership> => {
  const isForeign = (name: string, uid: number): boolean =>
    uid !== owner && !(owner === 0 && uid === nobodyUid && name.startsWith(`postgres${path.sep}`))
  const foreign: string[] = []
  const folders = ['']
  let looks = 0
  for (const parent of folders) {
    for await (const child of namesIn(path.join(folder, parent))) {
      looks += 1
      if (looks > most) return { foreign, isWhole: false }
      const name = path.join(parent, child)
      const found = await lookAt(path.join(folder, name))
      if (found === null) continue
      if (isForeign(name, found.uid)) foreign.push(name)
      else if (found.isDirectory()) folders.push(name)
    }
  }
  return { foreign, isWhole: true }
}
