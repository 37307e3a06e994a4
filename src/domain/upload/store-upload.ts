import { O, pipe, TE } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import { type IncomingFiles, incomingFilesDependency } from '../../ports/incoming-files.ts'
import type { LocalFiles, SourceFile } from '../../ports/local-files.ts'
import type { UploadRepository } from '../../ports/upload-repository.ts'
import type { WorkLocks } from '../../ports/work-locks.ts'
import { takenDownRefusal } from '../ingest/find-or-add.ts'
import type { IngestService } from '../ingest/ingest-service.ts'
import type { LibraryFile } from '../ingest/media-ingest.ts'
import type { UploadUid } from '../media/ids.ts'
import { type Refused, type Unavailable, unavailable } from '../shared/errors.ts'
import type { Upload } from './upload.ts'
import { tryWithUploadLock } from './upload-lock.ts'
import { hasSpaceForOriginal, readUploadSpace } from './upload-space.ts'

export type StoreUploadDeps = {
  readonly incoming: IncomingFiles
  readonly uploads: UploadRepository
  readonly ingest: Pick<IngestService, 'addReceived' | 'findTwin'>
  readonly locks: Pick<WorkLocks, 'tryWith'>
  readonly files: Pick<LocalFiles, 'inspect'>
  readonly clock: Clock
  readonly reserveBytes: number
}

/** The library has the bytes, which came in another way after the upload was received; or they were taken down. */
const adoptTwin = (
  { uploads, ingest }: StoreUploadDeps,
  { uid, deduplicates, sha512, target }: Upload,
): TE.TaskEither<Unavailable, unknown> => {
  if (target === null || sha512 === null) return TE.right(undefined)
  if (!deduplicates) return uploads.refuse(uid, takenDownRefusal.message)
  return pipe(
    ingest.findTwin(target.kind, sha512),
    TE.matchE(
      (error): TE.TaskEither<Unavailable, unknown> =>
        error._tag === 'Refused' ? uploads.refuse(uid, error.message) : TE.left(error),
      (twin) =>
        O.isSome(twin)
          ? uploads.adopt(uid, { kind: target.kind, media: twin.value.uid, job: twin.value.job })
          : // The file was purged meanwhile, so these are the only bytes. The next attempt adds them.
            TE.left(unavailable('database')('the file with these bytes is gone again')),
    ),
  )
}

/**
 * What fails for so long (milliseconds) is not one of the moment: a folder that several machines share may show a file to one
 * of them later, or in part, and a decoder may lack memory.
 */
const certainMs = 600_000

const lostReason = 'the bytes were lost before they were stored: send them again'

/**
 * The file of a received upload is not in its folder, or has other bytes than those that arrived. No later attempt finds
 * them, so that its owner is told.
 */
const endLost = (
  { uploads, clock }: StoreUploadDeps,
  { uid, touchedAt }: Upload,
  failure: Unavailable,
): TE.TaskEither<Unavailable, unknown> =>
  clock() - touchedAt > certainMs ? uploads.refuse(uid, lostReason) : TE.left(failure)

const missingFailure = unavailable(incomingFilesDependency)('the file is not there')

/** The disk has changed the bytes after they were acknowledged. */
const damagedFailure = unavailable(incomingFilesDependency)(
  'the bytes have another sha512 than those that arrived',
)

/** The disk must not be filled, because databases and caches need it, too. */
const noSpaceFailure = unavailable('object store')('its disk has no space for the original')

const storeIn = (
  deps: StoreUploadDeps,
  upload: Upload,
  signal: AbortSignal,
): TE.TaskEither<Refused | Unavailable, void> => {
  const { incoming, ingest, files, clock } = deps
  const { uid, state, name, sha512, target, details, deduplicates } = upload
  if (state !== 'received' || sha512 === null || target === null || target.job === null)
    return TE.right(undefined)
  const { kind, job } = target
  const received = {
    // It was made by finishUpload, for a file of this kind.
    media: target.media as LibraryFile['uid'],
    job,
    details,
    upload: { uid, sharesBytes: deduplicates },
    isOverdue: clock() - upload.touchedAt > certainMs,
  }
  const checkSpace = (source: SourceFile): TE.TaskEither<Unavailable, unknown> =>
    pipe(
      readUploadSpace(deps),
      TE.filterOrElse(
        (space) => hasSpaceForOriginal(space, source.size),
        () => noSpaceFailure,
      ),
    )
  const addOriginal = (source: SourceFile): TE.TaskEither<Refused | Unavailable, unknown> =>
    pipe(
      ingest.addReceived(kind, { ...source, name }, { isPublic: details.isPublic, received }, signal),
      TE.flatMap(
        (isAdded): TE.TaskEither<Refused | Unavailable, unknown> =>
          isAdded ? TE.right(undefined) : adoptTwin(deps, upload),
      ),
      TE.flatMap(() => incoming.remove(uid)),
    )
  const store = pipe(
    files.inspect(incoming.pathOf(uid)),
    // What cannot be read now may be read later, so that this is no loss.
    TE.mapLeft(({ message }) => unavailable(incomingFilesDependency)(message)),
    TE.flatMap(
      (source): TE.TaskEither<Refused | Unavailable, unknown> =>
        source.sha512 === sha512
          ? pipe(
              checkSpace(source),
              TE.flatMap(() => addOriginal(source)),
            )
          : endLost(deps, upload, damagedFailure),
    ),
  )
  return pipe(
    incoming.head(uid),
    TE.flatMap((head): TE.TaskEither<Refused | Unavailable, unknown> => {
      if (head === null) return endLost(deps, upload, missingFailure)
      return head.length === 0 ? endLost(deps, upload, damagedFailure) : store
    }),
    TE.map(() => undefined),
  )
}

/**
 * Stores the original of a received upload, and gives the library its file and its job, exactly once: the row of the
 * upload ends in the transaction that adds the file. Does nothing if the upload is not received, or if another process does it.
 */
export const storeUpload = (
  deps: StoreUploadDeps,
  uid: UploadUid,
  signal: AbortSignal,
): TE.TaskEither<Refused | Unavailable, void> =>
  pipe(
    tryWithUploadLock(deps, uid, ({ lost }) =>
      pipe(
        deps.uploads.find(uid),
        TE.flatMap(
          (upload): TE.TaskEither<Refused | Unavailable, void> =>
            O.isSome(upload)
              ? storeIn(deps, upload.value, AbortSignal.any([signal, lost]))
              : TE.right(undefined),
        ),
      ),
    ),
    TE.map(() => undefined),
  )
