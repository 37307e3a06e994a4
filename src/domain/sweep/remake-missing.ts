import { E, type TE } from '../../fp.ts'
import type { StoredFileUse } from '../../ports/stored-file-repository.ts'
import type { Refused, Unavailable } from '../shared/errors.ts'
import type { MissingObject } from './find-missing.ts'

/** Queues a job that makes all exports of a file again. Fails with Refused if there is no such file. */
export type Remake = (
  file: Pick<StoredFileUse, 'kind' | 'uid'>,
) => TE.TaskEither<Refused | Unavailable, unknown>

/** Returns the files whose exports can be made again: those that lack objects of exports, but not their original. */
export const repairableFiles = (
  missing: ReadonlyArray<MissingObject>,
): ReadonlyArray<Pick<StoredFileUse, 'kind' | 'uid'>> => {
  const lost = new Set(missing.filter(({ isOriginal }) => isOriginal).map(({ uid }) => uid))
  const files = new Map(missing.map(({ kind, uid }) => [uid, { kind, uid }]))
  return [...files.values()].filter(({ uid }) => !lost.has(uid))
}

/** Queues the files whose exports can be made again. Returns their number. */
export const remakeMissing = async (
  { remake }: { readonly remake: Remake },
  missing: ReadonlyArray<MissingObject>,
): Promise<E.Either<Unavailable, number>> => {
  let queued = 0
  for (const file of repairableFiles(missing)) {
    const job = await remake(file)()
    if (E.isRight(job)) queued += 1
    // A file that was deleted meanwhile needs no exports.
    else if (job.left._tag === 'Unavailable') return E.left(job.left)
  }
  return E.right(queued)
}
