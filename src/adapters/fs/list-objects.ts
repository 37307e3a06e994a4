import type { Dirent, Stats } from 'node:fs'
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { unavailable } from '../../domain/shared/errors.ts'
import { toStreamError } from '../../domain/shared/stream-failure.ts'
import { TE } from '../../fp.ts'
import type { ListedObject, UnfinishedUpload } from '../../ports/object-store.ts'
import { compareKeysByBytes } from '../store/key-order.ts'
import { isObjectNotFound } from './is-object-not-found.ts'
import { keySegmentOfFileName } from './key-names.ts'

const failed = unavailable('object store')

/** Returns `missing` if the file or folder does not exist. Throws for any other error. */
const orMissing = async <A, B>(reading: Promise<A>, missing: B): Promise<A | B> => {
  try {
    return await reading
  } catch (error) {
    if (isObjectNotFound(error)) return missing
    throw toStreamError(failed(error))
  }
}

/**
 * Returns an entry with its key. Returns nothing for an entry that is neither an object nor a folder. The key
 * of a folder ends with a slash, so that sorting by key gives the order of the objects' keys.
 */
const withKey = (
  entry: Dirent,
  before: string,
): ReadonlyArray<{ readonly entry: Dirent; readonly key: string }> => {
  const segment = keySegmentOfFileName(entry.name)
  if (segment === null || !(entry.isFile() || entry.isDirectory())) return []
  return [{ entry, key: `${before}${segment}${entry.isDirectory() ? '/' : ''}` }]
}

/**
 * Lists the objects below a folder in the order of their keys. Reads all names of a folder at once (about 100
 * bytes of memory each), but the metadata of each file only when the file is listed.
 */
export async function* listFolderObjects(
  folder: string,
  prefix: string,
  after: string | null,
  before = '',
): AsyncGenerator<ListedObject> {
  const entries = await orMissing(readdir(folder, { withFileTypes: true }), [])
  const all = entries
    .flatMap((entry) => withKey(entry, before))
    .sort((a, b) => compareKeysByBytes(a.key, b.key))
  for (const { entry, key } of all) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      const mayContain = key.startsWith(prefix) || prefix.startsWith(key)
      if (mayContain) yield* listFolderObjects(path, prefix, after, key)
      continue
    }
    if (!key.startsWith(prefix) || (after !== null && compareKeysByBytes(key, after) <= 0)) continue
    const facts: Stats | null = await orMissing(stat(path), null)
    // The file may have been deleted since the names were read.
    if (facts !== null) yield { key, size: facts.size, modifiedAt: facts.mtimeMs }
  }
}

/** Lists the files of uploads that are not complete, including leftovers of killed processes. */
export async function* listUnfinishedUploads(folder: string): AsyncGenerator<UnfinishedUpload> {
  for (const name of await orMissing(readdir(folder), [])) {
    const path = join(folder, name)
    const facts: Stats | null = await orMissing(stat(path), null)
    if (facts === null) continue
    yield { name, startedAt: facts.mtimeMs, remove: TE.tryCatch(() => rm(path, { force: true }), failed) }
  }
}
