import { E, type TE } from '../../fp.ts'
import type { JobUid } from '../media/ids.ts'
import type { Refused, Unavailable } from '../shared/errors.ts'
import type { LibraryFile, MediaKindIngest } from './media-ingest.ts'

/**
 * Adds the missing jobs of files without exports. An older release that ran beside this one has added such
 * files. Files whose job has failed, and files that are deleted meanwhile, are omitted.
 */
export const enqueueWaiting =
  (
    ingests: ReadonlyArray<Pick<MediaKindIngest, 'listUnfinished'>>,
    enqueue: (file: LibraryFile) => TE.TaskEither<Refused | Unavailable, JobUid>,
  ): TE.TaskEither<Unavailable, void> =>
  async () => {
    for (const { listUnfinished } of ingests) {
      const unfinished = await listUnfinished()
      if (E.isLeft(unfinished)) return unfinished
      for (const file of unfinished.right) {
        const isWaiting = await file.isWaiting()
        if (E.isLeft(isWaiting)) return isWaiting
        if (!isWaiting.right) continue
        const job = await enqueue(file)()
        if (E.isLeft(job) && job.left._tag === 'Unavailable') return E.left(job.left)
      }
    }
    return E.right(undefined)
  }
