import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { resolve, sep } from 'node:path'

/** Replaces bytes that are not UTF-8 in decoded text. */
const replacement = '\ufffd'

/**
 * File names are bytes, but arguments reach this process as text: if a name is not UTF-8, some bytes were
 * replaced. Returns all real paths that decode to `path`: none, one, or several that cannot be distinguished.
 * `null`: the path can be used unchanged.
 */
export const pathsDecodingTo = async (path: string): Promise<ReadonlyArray<Buffer> | null> => {
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
