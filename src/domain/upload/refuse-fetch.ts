import { O, pipe, TE } from '../../fp.ts'
import type { FetchRepository } from '../../ports/fetch-repository.ts'
import type { IncomingFiles } from '../../ports/incoming-files.ts'
import type { UploadRepository } from '../../ports/upload-repository.ts'
import type { UploadUid } from '../media/ids.ts'
import type { Unavailable } from '../shared/errors.ts'

type RefuseFetchDeps = {
  readonly fetches: Pick<FetchRepository, 'refuse'>
  readonly uploads: Pick<UploadRepository, 'find'>
  readonly incoming: Pick<IncomingFiles, 'remove'>
}

/**
 * Ends a fetch and its upload, whose lock the caller has, with a reason for the admin, and deletes what has arrived. The row
 * goes first, because a process that has lost the lock without notice may acknowledge the upload until then: its file is
 * needed.
 */
export const refuseFetch = (
  { fetches, uploads, incoming }: RefuseFetchDeps,
  uid: UploadUid,
  reason: string,
): TE.TaskEither<Unavailable, void> =>
  pipe(
    fetches.refuse(uid, reason),
    TE.flatMap(() => uploads.find(uid)),
    TE.flatMap((found) => (O.isNone(found) ? incoming.remove(uid) : TE.right(undefined))),
  )
