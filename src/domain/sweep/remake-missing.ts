import { E, type TE } from '../../fp.ts'
import type { StoredFileUse } from '../../ports/stored-file-repository.ts'
import type { Trash } from '../../ports/trash.ts'
import type { Conflict, NotFound, Unavailable } from '../shared/errors.ts'
import { workStoppedFailure } from '../shared/work-stopped.ts'
import type { MissingObject } from './compare-store.ts'

/**
 * Queues a job that makes all exports of a file again. Fails with Conflict if such a job waits or runs, or if the file is
 * in the trash.
 */
export type Remake = (uid: StoredFileUse['uid']) => TE.TaskEither<NotFound | Conflict | Unavailable, unknown>

/** Returns the files whose exports can be made again: those that lack objects of exports, but not their original. */
export const repairableFiles = (
  missing: ReadonlyArray<MissingObject>,
): ReadonlyArray<StoredFileUse['uid']> => {
  const lost = new Set(missing.filter(({ isOriginal }) => isOriginal).map(({ uid }) => uid))
  const uids = new Set(missing.map(({ uid }) => uid))
  return [...uids].filter((uid) => !lost.has(uid))
}

/** Queues the files whose exports can be made again. Returns the number of those for which a job waits or runs. */
export const remakeMissing = async (
  { remake, trash }: { readonly remake: Remake; readonly trash: Pick<Trash, 'isInTrash'> },
  missing: ReadonlyArray<MissingObject>,
  signal: AbortSignal,
): Promise<E.Either<Unavailable, number>> => {
  let queued = 0
  for (const uid of repairableFiles(missing)) {
    if (signal.aborted) return E.left(workStoppedFailure)
    const job = await remake(uid)()
    if (E.isRight(job)) queued += 1
    else if (job.left._tag === 'Unavailable') return E.left(job.left)
    else if (job.left._tag === 'Conflict') {
      // A deleted file needs no exports, and gets no job.
      const deleted = await trash.isInTrash(uid)()
      if (E.isLeft(deleted)) return deleted
      if (!deleted.right) queued += 1
    }
  }
  return E.right(queued)
}
