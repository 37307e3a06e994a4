import { E, O, pipe, TE } from '../../fp.ts'
import type { IncomingFiles } from '../../ports/incoming-files.ts'
import type { NewUid } from '../../ports/new-uid.ts'
import type { UploadRepository } from '../../ports/upload-repository.ts'
import type { IngestService } from '../ingest/ingest-service.ts'
import type { MediaKind } from '../media/media-kind.ts'
import {
  type NotAccepted,
  type NotFound,
  notAccepted,
  notFound,
  type TakenDown,
  takenDown,
  type Unavailable,
  type WrongKind,
} from '../shared/errors.ts'
import { workStoppedFailure } from '../shared/work-stopped.ts'
import { acceptedKind } from './accepted-kind.ts'
import type { Upload, UploadTarget } from './upload.ts'

export type FinishDeps = {
  readonly incoming: IncomingFiles
  readonly uploads: UploadRepository
  readonly ingest: Pick<IngestService, 'findTwin'>
  readonly newUid: NewUid
}

export type FinishFailure = NotAccepted | WrongKind | TakenDown | NotFound | Unavailable

/** `isNew`: the original is not stored yet. Otherwise the library has the file. */
export type FinishedUpload = { readonly target: UploadTarget; readonly isNew: boolean }

/**
 * Deletes an upload that is not acknowledged, with its file. Returns `false`, and deletes nothing, if it is acknowledged. The
 * row goes first, because another process may acknowledge the upload until then; a file that stays behind is an orphan,
 * and swept. Does nothing, and fails, if the lock is `lost`.
 */
export const discardUpload = (
  { incoming, uploads }: Pick<FinishDeps, 'incoming' | 'uploads'>,
  { uid }: Pick<Upload, 'uid'>,
  givesBack: boolean,
  lost: AbortSignal,
): TE.TaskEither<Unavailable, boolean> =>
  pipe(
    TE.fromIO(() => lost.aborted),
    TE.flatMap((isLost) => (isLost ? TE.left(workStoppedFailure) : uploads.abandon(uid, givesBack))),
    TE.tap((isDeleted) => (isDeleted ? incoming.remove(uid) : TE.right(undefined))),
  )

/** The words for a ticket's caller, who is not told why: they would learn what the library had. */
const refusedForTicket = notAccepted('the file is not accepted')

/**
 * Acknowledges an upload whose bytes are all on disk: it becomes a new file, or the file that the library has already.
 * The caller has the lock until `lost` is aborted. Finishing it again returns the same. Bytes that are not accepted are deleted, with the
 * upload, unless the caller does so itself (`discards`).
 */
export const finishUpload = (
  deps: FinishDeps,
  upload: Upload,
  lost: AbortSignal,
  { discards = true }: { readonly discards?: boolean } = {},
): TE.TaskEither<FinishFailure, FinishedUpload> => {
  const { incoming, uploads, ingest, newUid } = deps
  const { uid, offset, hashes, deduplicates } = upload
  const takenDownFailure = deduplicates ? takenDown : refusedForTicket

  const refuse =
    (failure: FinishFailure): TE.TaskEither<FinishFailure, never> =>
    async () => {
      if (!discards) return E.left(failure)
      const discarded = await discardUpload(deps, upload, false, lost)()
      return E.isLeft(discarded) ? discarded : E.left(failure)
    }

  const newTarget = (kind: MediaKind) => ({
    kind,
    media: kind === 'image' ? newUid.imageFile() : newUid.contentFile(),
    job: newUid.job(),
  })

  /** Restores a file from the trash, and gives a failed one its job again, before the upload becomes this file. */
  const prepareTwin = (kind: MediaKind, sha512: string): TE.TaskEither<FinishFailure, UploadTarget['job']> =>
    deduplicates
      ? pipe(
          ingest.findTwin(kind, sha512),
          TE.map((twin) => (O.isSome(twin) ? twin.value.job : null)),
          TE.orElse((error) => (error._tag === 'Refused' ? refuse(takenDown) : TE.left(error))),
        )
      : TE.right(null)

  const acknowledge = (kind: MediaKind): TE.TaskEither<FinishFailure, FinishedUpload> =>
    pipe(
      incoming.sha512(uid, { offset, hashes }),
      TE.bindTo('sha512'),
      TE.bindW('job', ({ sha512 }) => prepareTwin(kind, sha512)),
      TE.bindW('receipt', ({ sha512 }) =>
        uploads.receive(uid, { length: offset, sha512, target: newTarget(kind) }),
      ),
      TE.flatMap(({ receipt, job }): TE.TaskEither<FinishFailure, FinishedUpload> => {
        if (receipt.result === 'taken down') return refuse(takenDownFailure)
        if (receipt.result === 'gone') return TE.left(notFound('upload', uid))
        const { target } = receipt
        if (receipt.result === 'received') return TE.right({ target, isNew: true })
        return pipe(
          incoming.remove(uid),
          TE.map(() => ({ target: { ...target, job: target.job ?? job }, isNew: false })),
        )
      }),
    )

  return pipe(
    offset === 0 ? TE.right(new Uint8Array()) : incoming.head(uid),
    TE.map(
      (head): E.Either<FinishFailure, MediaKind> =>
        head === null ? E.left(notFound('upload', uid)) : acceptedKind(upload, head),
    ),
    TE.flatMap(
      E.matchW(
        (failure): TE.TaskEither<FinishFailure, FinishedUpload> => refuse(failure),
        (kind) => acknowledge(kind),
      ),
    ),
  )
}
