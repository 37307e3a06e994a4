import { E, pipe, TE } from '../../fp.ts'
import type { ByteStream } from '../media/bytes.ts'
import {
  type Conflict,
  conflict,
  type Forbidden,
  type NoSpace,
  type NotFound,
  noSpace,
  notFound,
  type Overloaded,
  type TooLarge,
  tooLarge,
  type Unavailable,
} from '../shared/errors.ts'
import { type AppendDeps, type Appended, type AppendFailure, appendBytes } from './append-bytes.ts'
import { discardUpload, type FinishedUpload, type FinishFailure } from './finish-upload.ts'
import type { Upload, UploadCaller } from './upload.ts'
import type { UploadHold } from './upload-lock.ts'
import { readUploadSpace } from './upload-space.ts'

export type BeginFailure = TooLarge | NoSpace | Forbidden | Overloaded | Unavailable
export type UploadFailure = BeginFailure | AppendFailure | FinishFailure | Conflict

/** An upload whose lock this request has. */
export type HeldUpload = {
  readonly upload: Upload
  /** Declares the length of an upload that was begun without. Fails with Conflict if it has one. */
  readonly declareLength: (length: number) => TE.TaskEither<UploadFailure, HeldUpload>
  /** Appends a body at the offset of the upload, and finishes the upload if all bytes are there. */
  readonly append: (
    body: ByteStream,
  ) => TE.TaskEither<UploadFailure, Appended & { readonly held: HeldUpload }>
  /** Finishes an upload whose bytes are all there, whatever its length was declared to be. */
  readonly finish: TE.TaskEither<UploadFailure, FinishedUpload>
  /** Ends an upload that is not acknowledged. Fails with Conflict otherwise. */
  readonly cancel: TE.TaskEither<NotFound | Conflict | Unavailable, void>
  /** Deletes an upload that failed, as if it had never begun. */
  readonly discard: TE.TaskEither<Unavailable, boolean>
}

/** Acknowledges an upload whose bytes are all there. */
export type FinishUpload = (
  upload: Upload,
  signals: UploadHold,
) => TE.TaskEither<UploadFailure, FinishedUpload>

/** What a request has while it runs: who sends the bytes, the signals of the lock, and how it finishes the upload. */
type Holding = { readonly caller: UploadCaller; readonly signals: UploadHold; readonly finish: FinishUpload }

export const acknowledged = conflict('all bytes of the upload have arrived')

export const missingUpload = (uid: string): NotFound => notFound('upload', uid)

/** Returns whether all bytes of an upload that can be continued are there, and it is not acknowledged. */
export const isUnacknowledged = ({ state, protocol, offset, length }: Upload): boolean =>
  state === 'receiving' && protocol === 'tus' && offset === length

/** Returns what a request can do with an upload whose lock it has. */
export const holdUpload = (deps: AppendDeps, upload: Upload, holding: Holding): HeldUpload => {
  const { caller, signals, finish } = holding
  const again = (now: Upload): HeldUpload => holdUpload(deps, now, holding)
  return {
    upload,

    declareLength: (length) => {
      if (upload.length !== null) return TE.left(conflict('the upload has a length'))
      if (length < upload.offset) return TE.left(conflict('more bytes have arrived'))
      if (length > upload.maxBytes) return TE.left(tooLarge(upload.maxBytes))
      return pipe(
        readUploadSpace(deps),
        TE.flatMap((free) => deps.uploads.declareLength(upload.uid, length, free)),
        TE.flatMapEither((declared): E.Either<UploadFailure, HeldUpload> => {
          if (declared === 'no space') return E.left(noSpace)
          return declared ? E.right(again({ ...upload, length })) : E.left(missingUpload(upload.uid))
        }),
      )
    },

    append: (body) =>
      pipe(
        appendBytes(deps, upload, caller, body, signals),
        TE.orElse((failure): TE.TaskEither<UploadFailure, Appended> => {
          // Its bytes are not accepted, or are gone, so nothing can continue it.
          const { _tag } = failure
          if (_tag !== 'NotAccepted' && _tag !== 'WrongKind' && _tag !== 'NotFound') return TE.left(failure)
          return pipe(
            discardUpload(deps, upload, true, signals.lost),
            TE.flatMap(() => TE.left(failure)),
          )
        }),
        TE.map((appended) => ({ ...appended, held: again(appended.upload) })),
        TE.tap(({ upload: now }) => (isUnacknowledged(now) ? finish(now, signals) : TE.right(undefined))),
      ),

    finish: finish(upload, signals),

    cancel:
      upload.state === 'receiving'
        ? pipe(
            discardUpload(deps, upload, false, signals.lost),
            TE.map(() => undefined),
          )
        : TE.left(acknowledged),

    discard: discardUpload(deps, upload, true, signals.lost),
  }
}
