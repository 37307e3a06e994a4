import { E, type TE } from '../../fp.ts'
import type { BlobCache } from '../../ports/blob-cache.ts'
import type { TakenDownFile, Trash } from '../../ports/trash.ts'
import type { Unavailable } from '../shared/errors.ts'
import type { OpenStreams } from '../shared/open-streams.ts'

type Blobs = Pick<BlobCache, 'deleteByName'>

type Deps = {
  readonly blobs: Blobs
  readonly openStreams: Pick<OpenStreams, 'endAllOf'>
  readonly trash: Pick<Trash, 'listTakenDown' | 'listBlobsOfTakenDown'>
}

/**
 * Applies the takedowns that this process may have missed. `areValuesDropped`: whether no cached value is left from which
 * a file that was taken down could be read.
 */
export type ApplyTakedowns = (areValuesDropped: boolean) => TE.TaskEither<Unavailable, void>

/** Number of blobs that are deleted at the same time. */
const blobsAtOnce = 16
/** Number of files that were taken down which are read at once. */
const pageSize = 1000
/** Number of files whose blobs are read at once: a film has tens of thousands. */
const filesAtOnce = 20
/** Number of takedowns that are remembered, each with some hundred bytes. Further ones are applied again. */
const maxRemembered = 50_000

/** Deletes all of these blobs that it can. Fails with Unavailable if any may be left. */
export const deleteBlobs = async (
  blobs: Blobs,
  names: ReadonlyArray<string>,
): Promise<E.Either<Unavailable, void>> => {
  let result: E.Either<Unavailable, void> = E.right(undefined)
  for (let start = 0; start < names.length; start += blobsAtOnce) {
    const deleted = await Promise.all(
      names.slice(start, start + blobsAtOnce).map((name) => blobs.deleteByName(name)()),
    )
    result = deleted.find(E.isLeft) ?? result
  }
  return result
}

/**
 * Creates the function that ends the streams of all files that were taken down, and deletes their blobs from the cache
 * of this process. After a gap it is not certain which of them this process has missed, and the log may have lost their
 * names. It remembers takedowns that it has applied after the values were dropped: from then on a file that stays taken
 * down gets no readers and no blobs. A value that is left would give it both. It forgets those that a whole listing lacks:
 * a restored database may have the same takedown again later, and the file was served in between. Fails with Unavailable if any blob may be
 * left, after it has tried all.
 */
export const createApplyTakedowns = ({ blobs, openStreams, trash }: Deps): ApplyTakedowns => {
  const applied = new Set<string>()
  // A file that was restored and taken down again has another time.
  const takedownOf = ({ uid, takenDownAt }: TakenDownFile): string => `${uid}@${takenDownAt}`

  const deleteBlobsOf = async (
    files: ReadonlyArray<TakenDownFile>,
    areValuesDropped: boolean,
  ): Promise<E.Either<Unavailable, void>> => {
    let result: E.Either<Unavailable, void> = E.right(undefined)
    for (let start = 0; start < files.length; start += filesAtOnce) {
      const batch = files.slice(start, start + filesAtOnce)
      const names = await trash.listBlobsOfTakenDown(batch.map(({ uid }) => uid))()
      if (E.isLeft(names)) return names
      const deleted = await deleteBlobs(blobs, names.right)
      if (E.isLeft(deleted)) result = deleted
      else if (areValuesDropped)
        for (const file of batch) if (applied.size < maxRemembered) applied.add(takedownOf(file))
    }
    return result
  }

  return (areValuesDropped) => async () => {
    let result: E.Either<Unavailable, void> = E.right(undefined)
    const listed = new Set<string>()
    for (let after: string | null = null; ; ) {
      const page: E.Either<Unavailable, ReadonlyArray<TakenDownFile>> = await trash.listTakenDown(
        after,
        pageSize,
      )()
      if (E.isLeft(page)) return page
      const missed = page.right.filter((file) => !applied.has(takedownOf(file)))
      for (const { uid } of missed) openStreams.endAllOf(uid)
      const deleted = await deleteBlobsOf(missed, areValuesDropped)
      if (E.isLeft(deleted)) result = deleted
      for (const takedown of page.right.map(takedownOf)) if (applied.has(takedown)) listed.add(takedown)
      if (page.right.length < pageSize) {
        for (const takedown of applied) if (!listed.has(takedown)) applied.delete(takedown)
        return result
      }
      after = page.right.at(-1)?.uid ?? null
    }
  }
}
