import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { resolve, sep } from 'node:path'

/** The character (U+FFFD) that replaces invalid UTF-8 when bytes are decoded. */
const replacement = '\ufffd'

/**
 * File names are bytes, but this process gets its arguments as text. If a name is not valid UTF-8, some of
 * its bytes were replaced. Returns all existing paths that decode to `path`: none, one, or several that
 * cannot be distinguished. `null`: the path can be used unchanged.
 */
export const findLossyPaths = async (path: string): Promise<ReadonlyArray<Buffer> | null> => {
  if (!path.includes(replacement) || existsSync(path)) return null
  let paths: ReadonlyArray<Buffer> = [Buffer.from(sep)]
  for (const name of resolve(path).split(sep).slice(1)) {
    const next = await Promise.all(paths.map((folder) => entriesReadAs(folder, name)))
    paths = next.flat()
  }
  return paths
}

const entriesReadAs = async (folder: Buffer, name: string): Promise<ReadonlyArray<Buffer>> => {
  const inFolder = (entry: Buffer): Buffer => Buffer.concat([folder, Buffer.from(sep), entry])
  if (!name.includes(replacement)) return [inFolder(Buffer.from(name))]
  const entries = await readdir(folder, { encoding: 'buffer' }).catch(() => [])
  return entries.filter((entry) => entry.toString('utf8') === name).map(inFolder)
}
