import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Paths of all regular files below a folder. */
export const filesBelow = async (folder: string): Promise<string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

/** The size of all files (bytes), rounded up to blocks of 4 KiB. */
export const bytesBelow = async (folder: string): Promise<number> => {
  const sizes = await Promise.all((await filesBelow(folder)).map(async (path) => (await stat(path)).size))
  return sizes.reduce((sum, size) => sum + Math.ceil(size / 4096) * 4096, 0)
}
