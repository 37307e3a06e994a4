import { E, type TE } from '../../fp.ts'
import type { BlobCache } from '../../ports/blob-cache.ts'
import type { CachePort, StaleValues } from '../../ports/cache.ts'
import { familiesOfName, isBlobName } from '../../ports/cache-keys.ts'
import { type Trash, takenDownPrefix } from '../../ports/trash.ts'
import type { Unavailable } from '../shared/errors.ts'
import type { OpenStreams } from '../shared/open-streams.ts'

export type StaleDeps = {
  readonly cache: CachePort
  readonly blobs: Pick<BlobCache, 'deleteByName'>
  readonly openStreams: Pick<OpenStreams, 'endAllOf'>
  readonly trash: Pick<Trash, 'listTakenDown'>
}

/**
 * Most names of values that are deleted one by one. Each costs a file to remove, so a change of 100,000 rows would take
 * a minute, in which no other change is heard. With this many names, the shared versions on the disk already make 4 of
 * 10 other values invalid.
 */
const mostNames = 4096
/** Number of blobs that are deleted at the same time. */
const blobsAtOnce = 16
/** Number of taken down files that are read at once. */
const pageSize = 50

type NamedValues = Exclude<StaleValues, 'all'>

/** Replaces very many names by their families. */
const withFewNames = (stale: NamedValues): NamedValues =>
  stale.names.length <= mostNames
    ? stale
    : { names: [], families: [...new Set([...stale.names.flatMap(familiesOfName), ...stale.families])] }

const isTakedown = (name: string): boolean => name.startsWith(takenDownPrefix)

const deleteBlobs = async (
  { blobs }: Pick<StaleDeps, 'blobs'>,
  names: ReadonlyArray<string>,
): Promise<E.Either<Unavailable, void>> => {
  for (let start = 0; start < names.length; start += blobsAtOnce) {
    const deleted = await Promise.all(
      names.slice(start, start + blobsAtOnce).map((name) => blobs.deleteByName(name)()),
    )
    const failed = deleted.find(E.isLeft)
    if (failed !== undefined) return failed
  }
  return E.right(undefined)
}

/**
 * Deletes the blobs of all files that were taken down, and ends their streams. After a gap it is not known which of them
 * this process has missed, and the log may have lost their names.
 */
const applyTakedowns = async (deps: StaleDeps): Promise<E.Either<Unavailable, void>> => {
  let after: string | null = null
  for (;;) {
    const page: E.Either<
      Unavailable,
      ReadonlyArray<{ uid: string; blobs: ReadonlyArray<string> }>
    > = await deps.trash.listTakenDown(after, pageSize)()
    if (E.isLeft(page)) return page
    for (const { uid, blobs } of page.right) {
      deps.openStreams.endAllOf(uid)
      const deleted = await deleteBlobs(deps, blobs)
      if (E.isLeft(deleted)) return deleted
      after = uid
    }
    if (page.right.length < pageSize) return E.right(undefined)
  }
}

/**
 * Deletes stale values from the cache of this process, then ends the streams of files that were taken down, and deletes
 * the blobs that are named. Blobs never change, and are only found through values, so no others are deleted. Values
 * come first: what is read afterwards is read from the database. Fails with Unavailable if any value or blob may still
 * be cached.
 */
export const applyStaleValues =
  (deps: StaleDeps, stale: StaleValues): TE.TaskEither<Unavailable, void> =>
  async () => {
    const { cache, openStreams } = deps
    if (stale === 'all') {
      const dropped = await cache.invalidate(stale)()
      return E.isLeft(dropped) ? dropped : applyTakedowns(deps)
    }
    const names = stale.names.filter((name) => !isBlobName(name) && !isTakedown(name))
    const dropped = await cache.invalidate(withFewNames({ names, families: stale.families }))()
    for (const name of stale.names)
      if (isTakedown(name)) openStreams.endAllOf(name.slice(takenDownPrefix.length))
    const deleted = await deleteBlobs(deps, stale.names.filter(isBlobName))
    return E.isLeft(dropped) ? dropped : deleted
  }
