import { E, O, pipe, TE } from '../../fp.ts'
import type { FetchRepository } from '../../ports/fetch-repository.ts'
import { type IncomingFiles, incomingFilesDependency } from '../../ports/incoming-files.ts'
import type { UploadRepository } from '../../ports/upload-repository.ts'
import type { WorkLocks } from '../../ports/work-locks.ts'
import type { UploadUid } from '../media/ids.ts'
import type { Unavailable } from '../shared/errors.ts'
import { workStoppedFailure } from '../shared/work-stopped.ts'
import { discardUpload, type FinishDeps, finishUpload } from './finish-upload.ts'
import { refuseFetch } from './refuse-fetch.ts'
import type { Upload } from './upload.ts'
import type { UploadIntake } from './upload-intake.ts'
import { tryWithUploadLock } from './upload-lock.ts'

type UploadSweepDeps = FinishDeps & {
  readonly incoming: IncomingFiles
  readonly uploads: UploadRepository
  readonly fetches: Pick<FetchRepository, 'refuse'>
  readonly locks: Pick<WorkLocks, 'tryWith'>
  readonly intake: Pick<UploadIntake, 'begin'>
  /**
   * Whether the object store is this database's: of several copies of a database one has it (decision 37). The files of uploads
   * go with it, because a displaced copy lacks the rows of what the other one has received.
   */
  readonly hasStore: TE.TaskEither<Unavailable, boolean>
  /** Is called with each upload whose file cannot be read or deleted; the next sweep tries it again. */
  readonly onUnreadable: (uid: UploadUid, error: Unavailable) => void
}

/** What a sweep of uploads did. */
export type UploadSweepReport = {
  /** Uploads that were acknowledged: their last byte had arrived, and their client was gone. */
  readonly finished: number
  /** Received uploads whose originals are to be stored. The sweep does not wait for them. */
  readonly stored: number
  /** Uploads that expired, of this folder or long ago of another one, or that no process receives any more. */
  readonly discarded: number
  /** Files of which no row tells that they are needed. */
  readonly removedFiles: number
  /** Files that are kept because this database does not certainly have the object store. */
  readonly keptFiles: number
  /** Uploads whose files cannot be read or deleted. */
  readonly unreadable: number
}

/** Maximum number of uploads of each kind in one sweep; the next sweep goes on. */
const sweptAtOnce = 1000
/** A form has its lock long before this, if its process lives (milliseconds). */
const formIdleMs = 5000
/** An upload of another folder is ended so long after it has expired (milliseconds): the folder may be away for a while. */
const forsakenMs = 86_400_000
/** How long the state of an upload can be asked for after its end (milliseconds). */
const rememberedMs = 30 * 86_400_000
/** A file without a row is older than this when it is removed: its row may be that of a database that was restored. */
const orphanMs = 3_600_000

/** Removes a file, and returns `true`; or keeps it, and returns `false`. */
type RemoveIfOwn = (uid: UploadUid) => TE.TaskEither<Unavailable, boolean>

/**
 * Returns a removal that keeps files unless this database certainly has the object store. What is kept has no row any more, or
 * one that has ended, so that a later sweep finds it. The store is asked once, and only if a file is to be removed.
 */
const createRemoveIfOwn = ({
  incoming,
  hasStore,
}: Pick<UploadSweepDeps, 'incoming' | 'hasStore'>): RemoveIfOwn => {
  let asked: Promise<boolean> | null = null
  const isOwn = async (): Promise<boolean> => {
    const answer = await hasStore()
    return E.isRight(answer) && answer.right
  }
  return (uid) => async () => {
    asked ??= isOwn()
    if (!(await asked)) return E.right(false)
    const removed = await incoming.remove(uid)()
    return E.isLeft(removed) ? removed : E.right(true)
  }
}

/**
 * Decides what becomes of uploads without a client: acknowledges those that are complete, stores the originals of those
 * that are acknowledged, and deletes the rest with their files.
 */
export const sweepUploads =
  (deps: UploadSweepDeps, signal: AbortSignal): TE.TaskEither<Unavailable, UploadSweepReport> =>
  async () => {
    const { incoming, uploads, intake } = deps
    const folder = await incoming.folder()
    if (E.isLeft(folder)) return folder
    const removeIfOwn = createRemoveIfOwn(deps)
    const remove: IncomingFiles['remove'] = (uid) =>
      pipe(
        removeIfOwn(uid),
        TE.map(() => undefined),
      )
    const settling = { ...deps, incoming: { ...incoming, remove } }

    const refuseExpired = (uid: UploadUid, lost: AbortSignal): TE.TaskEither<Unavailable, void> =>
      pipe(
        TE.fromIO(() => lost.aborted),
        TE.flatMap((isLost) =>
          isLost
            ? TE.left(workStoppedFailure)
            : refuseFetch(settling, uid, 'the file was not fetched before its upload expired: ask again'),
        ),
      )

    const discard = (upload: Upload, lost: AbortSignal): TE.TaskEither<Unavailable, 'discarded'> => {
      const ended: TE.TaskEither<Unavailable, unknown> =
        upload.protocol === 'url'
          ? refuseExpired(upload.uid, lost)
          : discardUpload(settling, upload, true, lost)
      return pipe(
        ended,
        TE.map(() => 'discarded' as const),
      )
    }

    /** Runs while the lock of the upload is held, so that it is certain that no request continues it. */
    const settle = (
      stranded: Upload,
      lost: AbortSignal,
    ): TE.TaskEither<Unavailable, 'finished' | 'discarded' | 'none'> =>
      pipe(
        uploads.find(stranded.uid),
        TE.flatMap((found): TE.TaskEither<Unavailable, 'finished' | 'discarded' | 'none'> => {
          if (O.isNone(found) || found.value.state !== 'receiving') return TE.right('none')
          const now = found.value
          // Another request has continued it since it was listed.
          if (now.touchedAt !== stranded.touchedAt) return TE.right('none')
          // Its bytes are not here: its file is an orphan, if its folder comes back.
          const isHere = now.folder === folder.right
          if (!isHere || now.protocol !== 'tus' || now.offset !== now.length) return discard(now, lost)
          return pipe(
            finishUpload(settling, now, lost),
            TE.matchE(
              // Bytes that are not accepted are deleted already.
              (failure): TE.TaskEither<Unavailable, 'finished' | 'discarded' | 'none'> =>
                failure._tag === 'Unavailable' ? TE.left(failure) : TE.right('discarded'),
              () => TE.right('finished'),
            ),
          )
        }),
      )

    let unreadable = 0
    let finished = 0
    let discarded = 0
    const stranded = await uploads.listStranded(folder.right, formIdleMs, sweptAtOnce)()
    if (E.isLeft(stranded)) return stranded
    const forsaken = await uploads.listForsaken(folder.right, forsakenMs, sweptAtOnce)()
    if (E.isLeft(forsaken)) return forsaken
    for (const upload of [...stranded.right, ...forsaken.right]) {
      if (signal.aborted) break
      const settled = await tryWithUploadLock(deps, upload.uid, ({ lost }) => settle(upload, lost))()
      if (E.isLeft(settled)) {
        if (settled.left.dependency !== incomingFilesDependency) return settled
        // The rest must not wait for it, and neither must the next sweep.
        deps.onUnreadable(upload.uid, settled.left)
        unreadable += 1
        continue
      }
      if (O.isNone(settled.right)) continue
      if (settled.right.value === 'finished') finished += 1
      if (settled.right.value === 'discarded') discarded += 1
    }

    const received = await uploads.listReceived(folder.right, sweptAtOnce)()
    if (E.isLeft(received)) return received
    const stored = signal.aborted ? [] : received.right
    for (const uid of stored) intake.begin(uid)

    const removed = await removeFiles(deps, removeIfOwn)
    if (E.isLeft(removed)) return removed
    const forgotten = await uploads.forget(rememberedMs, sweptAtOnce)()
    if (E.isLeft(forgotten)) return forgotten
    return E.right({ finished, stored: stored.length, discarded, ...removed.right, unreadable })
  }

/**
 * Removes the files of uploads that have ended, and old files without a row. The files are listed before the rows are
 * read, and a row exists before its file, so no file of a new upload is taken for an orphan.
 */
const removeFiles = async (
  { incoming, uploads, onUnreadable }: Pick<UploadSweepDeps, 'incoming' | 'uploads' | 'onUnreadable'>,
  removeIfOwn: RemoveIfOwn,
): Promise<E.Either<Unavailable, Pick<UploadSweepReport, 'removedFiles' | 'keptFiles'>>> => {
  const all = await incoming.list(0)()
  if (E.isLeft(all)) return all
  const old = await incoming.list(orphanMs)()
  if (E.isLeft(old)) return old
  const states = await uploads.statesOf(all.right)()
  if (E.isLeft(states)) return states
  const isOld = new Set<UploadUid>(old.right)
  let removedFiles = 0
  let keptFiles = 0
  for (const uid of all.right) {
    const state = states.right.get(uid)
    if (state === 'receiving' || state === 'received' || (state === undefined && !isOld.has(uid))) continue
    const removed = await removeIfOwn(uid)()
    if (E.isLeft(removed)) onUnreadable(uid, removed.left)
    else if (removed.right) removedFiles += 1
    else keptFiles += 1
  }
  return E.right({ removedFiles, keptFiles })
}
