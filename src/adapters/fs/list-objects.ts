import type { Dirent, Stats } from 'node:fs'
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { unavailable } from '../../domain/shared/errors.ts'
import { toStreamError } from '../../domain/shared/stream-failure.ts'
import { TE } from '../../fp.ts'
import type { ListedObject, UnfinishedUpload } from '../../ports/object-store.ts'
import { compareKeysByBytes } from '../store/key-order.ts'
import { isNoObject } from './is-no-object.ts'
import { pathSegmentOf } from './key-names.ts'

const failed = unavailable('object store')

/** `missing` where there is nothing; any other failure is thrown. */
const orMissing = async <A, B>(asked: Promise<A>, missing: B): Promise<A | B> => {
  try {
    return await asked
  } catch (error) {
    if (isNoObject(error)) return missing
    throw toStreamError(failed(error))
  }
}

/** An entry with its key, which ends in a slash for a folder, so that the order of the keys is that of the entries. */
const keyed = (
  entry: Dirent,
  before: string,
): ReadonlyArray<{ readonly entry: Dirent; readonly key: string }> => {
  const segment = pathSegmentOf(entry.name)
  if (segment === null || !(entry.isFile() || entry.isDirectory())) return []
  return [{ entry, key: `${before}${segment}${entry.isDirectory() ? '/' : ''}` }]
}

/**
 * The objects below a folder, in the order of their keys. The names in one folder are read at once, which takes some
 * 100 bytes of memory each; each file is looked at when its turn comes.
 */
export async function* listObjects(
  folder: string,
  prefix: string,
  after: string | null,
  before = '',
): AsyncGenerator<ListedObject> {
  const entries = await orMissing(readdir(folder, { withFileTypes: true }), [])
  const all = entries
    .flatMap((entry) => keyed(entry, before))
    .sort((a, b) => compareKeysByBytes(a.key, b.key))
  for (const { entry, key } of all) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      const mayHold = key.startsWith(prefix) || prefix.startsWith(key)
      if (mayHold) yield* listObjects(path, prefix, after, key)
      continue
    }
    if (!key.startsWith(prefix) || (after !== null && compareKeysByBytes(key, after) <= 0)) continue
    const facts: Stats | null = await orMissing(stat(path), null)
    // One that was deleted since the names were read is not there.
    if (facts !== null) yield { key, size: facts.size, modifiedAt: facts.mtimeMs }
  }
}

/** Files that are being written, or whose writer is gone. */
export async function* listIncoming(folder: string): AsyncGenerator<UnfinishedUpload> {
  for (const name of await orMissing(readdir(folder), [])) {
    const path = join(folder, name)
    const facts: Stats | null = await orMissing(stat(path), null)
    if (facts === null) continue
    yield { name, startedAt: facts.mtimeMs, remove: TE.tryCatch(() => rm(path, { force: true }), failed) }
  }
}
