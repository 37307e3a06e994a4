import { E, O, pipe, TE } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import type { UploadFetch } from '../../ports/fetch-repository.ts'
import type { UploadBegin } from '../../ports/upload-repository.ts'
import { UploadUid } from '../media/ids.ts'
import {
  forbidden,
  type NotFound,
  noSpace,
  overloaded,
  tooLarge,
  type Unavailable,
} from '../shared/errors.ts'
import { withTimeout } from '../shared/with-timeout.ts'
import { workStoppedFailure } from '../shared/work-stopped.ts'
import type { AppendDeps } from './append-bytes.ts'
import { toFileName } from './file-name.ts'
import { type FinishDeps, finishUpload } from './finish-upload.ts'
import {
  acknowledged,
  type BeginFailure,
  type FinishUpload,
  type HeldUpload,
  holdUpload,
  isUnacknowledged,
  missingUpload,
  type UploadFailure,
} from './held-upload.ts'
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

/** The failure of each result of a begin; `null`: the upload has begun. */
const beginFailures: Readonly<Record<UploadBegin, BeginFailure | null>> = {
  begun: null,
  'no space': noSpace,
  'no ticket': forbidden('ticket'),
  'too many': overloaded(60),
}

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
              O.isSome(found) && isOwnedBy(found.value, owner)
                ? E.right(found.value)
                : E.left(missingUpload(uid)),
          ),
        )
      : TE.left(missingUpload(uid))

  const limitOf = (rights: UploadRights): number => Math.min(rights.maxBytes, maxBytes)

  const space = readUploadSpace(deps)

  const isExpired = ({ state, expiresAt }: Upload): boolean => state === 'receiving' && expiresAt < clock()

  /** `onReceived`: is called when the upload is acknowledged, and its original is not stored yet. */
  const finishWith =
    (onReceived: () => void): FinishUpload =>
    (upload, { lost }) =>
      pipe(
        finishUpload(deps, upload, lost),
        TE.tapIO(({ isNew }) => () => {
          if (isNew) onReceived()
        }),
      )

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
    finish: FinishUpload,
  ): TE.TaskEither<UploadFailure, Upload> =>
    pipe(
      find(owner, uid),
      TE.flatMap((now): TE.TaskEither<UploadFailure, Upload> => {
        if (isExpired(now)) return TE.left(missingUpload(uid))
        if (!isUnacknowledged(now)) return TE.right(now)
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
          holdUpload(deps, upload, { caller, signals: unheld, finish: finishWith(() => undefined) }),
        )()
      let isReceived = false
      const finish = finishWith(() => {
        isReceived = true
      })
      const done = await withUploadLock(deps, upload.uid, (signals) =>
        pipe(
          refreshed(caller.owner, upload.uid, signals, finish),
          TE.flatMap((now) => work(holdUpload(deps, now, { caller, signals, finish }))),
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
        const failure = beginFailures[begun.right]
        return failure === null ? E.right(uid) : E.left(failure)
      },

    withUpload: (caller, uid, work, { patienceMs = 0 } = {}) =>
      pipe(
        // Before the lock, so that another caller's request does not disturb the one that is running.
        findFile(caller.owner, uid),
        TE.filterOrElse(
          ({ upload, isHere }) => isHere && upload.protocol !== 'url',
          (): UploadFailure => missingUpload(uid),
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
        TE.flatMapEither(E.fromOption((): NotFound | Unavailable => missingUpload(uid))),
      ),
  }
}
