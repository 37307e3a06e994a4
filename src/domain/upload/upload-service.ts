import { E, O, pipe, TE } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import type { UploadFetch } from '../../ports/fetch-repository.ts'
import type { ByteStream } from '../media/bytes.ts'
import { UploadUid } from '../media/ids.ts'
import {
  type Conflict,
  conflict,
  type Forbidden,
  forbidden,
  type NoSpace,
  type NotFound,
  noSpace,
  notFound,
  type Overloaded,
  overloaded,
  type TooLarge,
  tooLarge,
  type Unavailable,
} from '../shared/errors.ts'
import { withTimeout } from '../shared/with-timeout.ts'
import { workStoppedFailure } from '../shared/work-stopped.ts'
import { type AppendDeps, type Appended, type AppendFailure, appendBytes } from './append-bytes.ts'
import { toFileName } from './file-name.ts'
import {
  discardUpload,
  type FinishDeps,
  type FinishedUpload,
  type FinishFailure,
  finishUpload,
} from './finish-upload.ts'
import { isOwnedBy } from './is-owned-by.ts'
import type {
  NewUpload,
  Upload,
  UploadCaller,
  UploadDetails,
  UploadOwner,
  UploadProtocol,
  UploadRights,
} from './upload.ts'
import type { UploadIntake } from './upload-intake.ts'
import { type UploadHold, type UploadLockDeps, unheld, withUploadLock } from './upload-lock.ts'
import { readUploadSpace } from './upload-space.ts'
import { readUploadStatus, type UploadStatus, type UploadStatusDeps } from './upload-status.ts'

/** What a client says of the file that it sends. */
type UploadRequest = {
  readonly protocol: UploadProtocol
  /** Length in bytes; `null` if it is not known yet. */
  readonly length: number | null
  /** How many bytes may arrive if the length is unknown; 0: the client does not say. */
  readonly announced: number
  /** The file name as the client wrote it. */
  readonly fileName: string | null
  readonly details: UploadDetails
  readonly sentMetadata: string | null
  /** Absent if a client sends the bytes. */
  readonly fetch?: UploadFetch
}

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

/** Receives files from admins and from the callers of tickets (http-api.md §11.2). */
export type UploadService = {
  readonly begin: (rights: UploadRights, request: UploadRequest) => TE.TaskEither<BeginFailure, UploadUid>
  readonly find: (owner: UploadOwner, uid: string) => TE.TaskEither<NotFound | Unavailable, Upload>
  /**
   * Runs `work` with the lock of an upload, which an acknowledged one does not need. An upload that has all its bytes is acknowledged
   * before. Fails with NotFound if there is no such upload of this owner in the folder of this process, and with Conflict if another
   * request keeps the lock. If `work` acknowledges it, waits for at most `patienceMs` (0) until its original is stored. A file
   * that Larder fetches is not found, because its fetch would end.
   */
  readonly withUpload: <L, A>(
    caller: UploadCaller,
    uid: string,
    work: (held: HeldUpload) => TE.TaskEither<L, A>,
    options?: { readonly patienceMs?: number },
  ) => TE.TaskEither<L | UploadFailure, A>
  /**
   * Ends an upload that is not acknowledged, also one whose bytes are in the folder of other processes, or of none any more: its
   * file is an orphan there. Fails with NotFound if there is no such upload of this owner, and with Conflict if it is acknowledged.
   */
  readonly end: (owner: UploadOwner, uid: string) => TE.TaskEither<UploadFailure, void>
  /** Also answers for an upload whose bytes are in the folder of other processes. */
  readonly status: (owner: UploadOwner, uid: string) => TE.TaskEither<NotFound | Unavailable, UploadStatus>
}

type UploadServiceDeps = AppendDeps &
  FinishDeps &
  UploadLockDeps &
  UploadStatusDeps & {
    readonly intake: Pick<UploadIntake, 'store'>
    readonly maxBytes: number
    readonly clock: Clock
  }

type Finish = (upload: Upload, signals: UploadHold) => TE.TaskEither<UploadFailure, FinishedUpload>

const missing = (uid: string): NotFound => notFound('upload', uid)

const acknowledged = conflict('all bytes of the upload have arrived')

/** What of the client's words counts: of a ticket's caller only the title, if the ticket has none. */
const detailsOf = ({ fixed }: UploadRights, details: UploadDetails): UploadDetails =>
  fixed === null ? details : { ...fixed, title: fixed.title ?? details.title, alt: null }

export const createUploadService = (deps: UploadServiceDeps): UploadService => {
  const { uploads, incoming, newUid, intake, maxBytes, clock } = deps

  const find = (owner: UploadOwner, uid: string): TE.TaskEither<NotFound | Unavailable, Upload> =>
    UploadUid.is(uid)
      ? pipe(
          uploads.find(uid),
          TE.flatMapEither(
            (found): E.Either<NotFound | Unavailable, Upload> =>
              O.isSome(found) && isOwnedBy(found.value, owner) ? E.right(found.value) : E.left(missing(uid)),
          ),
        )
      : TE.left(missing(uid))

  const limitOf = (rights: UploadRights): number => Math.min(rights.maxBytes, maxBytes)

  const space = readUploadSpace(deps)

  const isComplete = ({ state, protocol, offset, length }: Upload): boolean =>
    state === 'receiving' && protocol === 'tus' && offset === length
  const isExpired = ({ state, expiresAt }: Upload): boolean => state === 'receiving' && expiresAt < clock()

  /** `onReceived`: is called when the upload is acknowledged, and its original is not stored yet. */
  const finishWith =
    (onReceived: () => void): Finish =>
    (upload, { lost }) =>
      pipe(
        finishUpload(deps, upload, lost),
        TE.tapIO(({ isNew }) => () => {
          if (isNew) onReceived()
        }),
      )

  const hold = (upload: Upload, caller: UploadCaller, signals: UploadHold, finish: Finish): HeldUpload => ({
    upload,

    declareLength: (length) => {
      if (upload.length !== null) return TE.left(conflict('the upload has a length'))
      if (length < upload.offset) return TE.left(conflict('more bytes have arrived'))
      if (length > upload.maxBytes) return TE.left(tooLarge(upload.maxBytes))
      return pipe(
        space,
        TE.flatMap((free) => uploads.declareLength(upload.uid, length, free)),
        TE.flatMapEither((declared): E.Either<UploadFailure, HeldUpload> => {
          if (declared === 'no space') return E.left(noSpace)
          return declared
            ? E.right(hold({ ...upload, length }, caller, signals, finish))
            : E.left(missing(upload.uid))
        }),
      )
    },

    append: (body) => {
      // A client that lost the answer to its last bytes sends none at the end. Its file may be gone from the folder.
      if (upload.state !== 'receiving')
        return TE.right({
          upload,
          failure: null,
          isInterrupted: false,
          held: hold(upload, caller, signals, finish),
        })
      return pipe(
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
        TE.map((appended) => ({ ...appended, held: hold(appended.upload, caller, signals, finish) })),
        TE.tap(({ upload: now }) => (isComplete(now) ? finish(now, signals) : TE.right(undefined))),
      )
    },

    finish: finish(upload, signals),

    cancel:
      upload.state === 'receiving'
        ? pipe(
            discardUpload(deps, upload, false, signals.lost),
            TE.map(() => undefined),
          )
        : TE.left(acknowledged),

    discard: discardUpload(deps, upload, true, signals.lost),
  })

  /** Finds an upload, and whether its bytes are in the folder of this process. */
  const findFile = (
    owner: UploadOwner,
    uid: string,
  ): TE.TaskEither<UploadFailure, { readonly upload: Upload; readonly isHere: boolean }> =>
    pipe(
      find(owner, uid),
      TE.bindTo('upload'),
      TE.bindW('folder', () => incoming.folder),
      TE.map(({ upload, folder }) => ({ upload, isHere: upload.folder === folder })),
    )

  /** Finds an upload once its lock is held. One whose last byte was not acknowledged is acknowledged now. */
  const refreshed = (
    owner: UploadOwner,
    uid: string,
    signals: UploadHold,
    finish: Finish,
  ): TE.TaskEither<UploadFailure, Upload> =>
    pipe(
      find(owner, uid),
      TE.flatMap((now): TE.TaskEither<UploadFailure, Upload> => {
        if (isExpired(now)) return TE.left(missing(uid))
        if (!isComplete(now)) return TE.right(now)
        return pipe(
          finish(now, signals),
          TE.flatMap(() => find(owner, uid)),
        )
      }),
    )

  /** Runs `work` with the lock of an upload whose bytes are here. */
  const withHeld =
    <L, A>(
      caller: UploadCaller,
      upload: Upload,
      work: (held: HeldUpload) => TE.TaskEither<L, A>,
      patienceMs: number,
    ): TE.TaskEither<L | UploadFailure, A> =>
    async () => {
      // Nothing changes the bytes any more, and the lock is held for as long as the original is being stored.
      if (upload.state !== 'receiving')
        return work(
          hold(
            upload,
            caller,
            unheld,
            finishWith(() => undefined),
          ),
        )()
      let isReceived = false
      const finish = finishWith(() => {
        isReceived = true
      })
      const done = await withUploadLock(deps, upload.uid, (signals) =>
        pipe(
          refreshed(caller.owner, upload.uid, signals, finish),
          TE.flatMap((now) => work(hold(now, caller, signals, finish))),
        ),
      )()
      // Storing needs the lock, too. It goes on when the patience is over, and reports its own failures.
      if (isReceived) await withTimeout(intake.store(upload.uid), patienceMs).catch(() => undefined)
      return done
    }

  /** The row ends. A process with the folder finds its file without a row. */
  const endElsewhere = (upload: Upload, lost: AbortSignal): TE.TaskEither<UploadFailure, void> =>
    pipe(
      TE.fromIO(() => lost.aborted),
      TE.flatMap(
        (isLost): TE.TaskEither<UploadFailure, boolean> =>
          isLost ? TE.left(workStoppedFailure) : uploads.abandon(upload.uid, false),
      ),
      TE.filterOrElse(
        (isEnded) => isEnded,
        (): UploadFailure => acknowledged,
      ),
      TE.map(() => undefined),
    )

  return {
    find,
    begin:
      (rights, { protocol, length, announced, fileName, details, sentMetadata, fetch }) =>
      async () => {
        if ((length ?? 0) > limitOf(rights)) return E.left(tooLarge(limitOf(rights)))
        const folder = await incoming.folder()
        if (E.isLeft(folder)) return folder
        const free = await space()
        if (E.isLeft(free)) return free
        const { owner, kinds, deduplicates, mayView } = rights
        const uid = newUid.upload()
        const upload: NewUpload = {
          ...{ uid, owner, protocol, length },
          folder: folder.right,
          announced: length ?? announced,
          name: toFileName(fileName),
          details: detailsOf(rights, details),
          kinds,
          maxBytes: limitOf(rights),
          deduplicates,
          mayView,
          sentMetadata,
        }
        const begun = await uploads.begin(upload, free.right, fetch)()
        if (E.isLeft(begun)) return begun
        if (begun.right === 'no space') return E.left(noSpace)
        if (begun.right === 'no ticket') return E.left(forbidden('ticket'))
        return begun.right === 'too many' ? E.left(overloaded(60)) : E.right(uid)
      },

    withUpload: (caller, uid, work, { patienceMs = 0 } = {}) =>
      pipe(
        // Before the lock, so that another caller's request does not disturb the one that is running.
        findFile(caller.owner, uid),
        TE.filterOrElse(
          ({ upload, isHere }) => isHere && upload.protocol !== 'url',
          (): UploadFailure => missing(uid),
        ),
        TE.flatMap(({ upload }) => withHeld(caller, upload, work, patienceMs)),
      ),

    end: (owner, uid) =>
      pipe(
        findFile(owner, uid),
        TE.flatMap(({ upload, isHere }) =>
          isHere
            ? withHeld({ owner, credential: null }, upload, ({ cancel }) => cancel, 0)
            : withUploadLock(deps, upload.uid, ({ lost }) => endElsewhere(upload, lost)),
        ),
      ),

    status: (owner, uid) =>
      pipe(
        find(owner, uid),
        TE.flatMap((upload) => readUploadStatus(deps, upload)),
        TE.flatMapEither(E.fromOption((): NotFound | Unavailable => missing(uid))),
      ),
  }
}
