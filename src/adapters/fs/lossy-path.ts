import { access, readdir } from 'node:fs/promises'
import { resolve, sep } from 'node:path'

/** What stands in a text for bytes that are not UTF-8. */
const replacement = '\ufffd'

/**
 * Names of files are bytes, and arguments reach this process as text: in a name that is not UTF-8 some bytes were
 * replaced. Finds the real paths that read as `path`: none, or more than one, where nothing else tells them apart.
 * `null`: the path is as good as it stands.
 */
export const pathsReadAs = async (path: string): Promise<ReadonlyArray<Buffer> | null> => {
  if (!path.includes(replacement) || (await isThere(path))) return null
  let found: ReadonlyArray<Buffer> = [Buffer.from(sep)]
  for (const name of resolve(path).split(sep).slice(1)) {
    const next = await Promise.all(found.map((folder) => entriesReadAs(folder, name)))
    found = next.flat()
  }
  return found
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

const entriesReadAs = async (folder: Buffer, name: string): Promise<ReadonlyArray<Buffer>> => {
  const inFolder = (entry: Buffer): Buffer => Buffer.concat([folder, Buffer.from(sep), entry])
  if (!name.includes(replacement)) return [inFolder(Buffer.from(name))]
  const entries = await readdir(folder, { encoding: 'buffer' }).catch(() => [])
  return entries.filter((entry) => entry.toString('utf8') === name).map(inFolder)
}
