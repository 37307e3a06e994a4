import { E, O, pipe, TE } from '../../fp.ts'
import type { StaleValues } from '../../ports/cache.ts'
import { addMilliseconds, type Monotonic } from '../../ports/monotonic.ts'
import type { ObjectStore } from '../../ports/object-store.ts'
import type { StoredFileRepository } from '../../ports/stored-file-repository.ts'
import { isErasureComplete, type ObjectRemoval, type Trash } from '../../ports/trash.ts'
import type { WorkLocks } from '../../ports/work-locks.ts'
import { isStoredFileKey } from '../media/stored-file-key.ts'
import type { Unavailable } from '../shared/errors.ts'
import { withTaskTimeout } from '../shared/with-timeout.ts'
import { workStoppedFailure } from '../shared/work-stopped.ts'
import { claimStore, identifyStore, type StoreRefusal } from './store-identity.ts'
import { sweepLock } from './sweep-rules.ts'

/** Number of files that were purged, and of objects that were deleted. */
export type PurgedFiles = { readonly files: number; readonly objects: number }
/** Number of files that are due. Their objects are not counted. */
export type DueFiles = { readonly files: number; readonly objects: null }

type Deps = {
  readonly trash: Trash
  readonly store: ObjectStore
  readonly storedFiles: StoredFileRepository
  readonly locks: WorkLocks
  readonly monotonic: Monotonic
  /**
   * Applies a change to the caches of this process. A sweep goes on if it fails, because the log announces the same change
   * to every process that serves.
   */
  readonly applyStale: (stale: StaleValues) => TE.TaskEither<Unavailable, void>
}

export type TrashSweep = {
  /**
   * Ends graces, purges files whose time has come, and deletes the objects of purged files, if any of this is due. The
   * caller of `run` needs no lock. Ends graces, and does nothing else, if the store may belong to another library or to
   * another copy of the database: `refused` says which. Returns `none` if another process is sweeping.
   */
  readonly run: (
    signal: AbortSignal,
  ) => TE.TaskEither<Unavailable, O.Option<PurgedFiles | { readonly refused: StoreRefusal }>>
  /** Does the same. The caller has the lock of the sweep, and has checked that the store belongs to this library. */
  readonly empty: (signal: AbortSignal) => TE.TaskEither<Unavailable, PurgedFiles>
  /** Counts the files whose time has come. `empty` purges some of them if they are very many. */
  readonly count: TE.TaskEither<Unavailable, DueFiles>
  /**
   * Deletes the objects of one purged file. Deletes none if the store may belong to another library or to another copy of
   * the database, and returns which. Begins no further deletion after `patienceMs` milliseconds; fails with Unavailable if
   * the store has not answered until then.
   */
  readonly removePurged: (uid: string, patienceMs: number) => TE.TaskEither<Unavailable, ObjectRemoval>
}

/** Number of graces, of files and of objects of one call of the database. */
const pageSize = 100
/** Number of objects that are deleted at the same time. */
const deletesAtOnce = 8
/** Number of files that one sweep purges. The next one goes on. */
const maxFiles = 1000

const nothing: PurgedFiles = { files: 0, objects: 0 }

export const createTrashSweep = (deps: Deps): TrashSweep => {
  const { trash, store, storedFiles, locks, monotonic, applyStale } = deps

  /** Ends graces page by page. Each page is a transaction, so a stop loses nothing. */
  const endGraces = async (signal: AbortSignal): Promise<E.Either<Unavailable, void>> => {
    for (;;) {
      if (signal.aborted) return E.left(workStoppedFailure)
      const ended = await trash.endGraces(pageSize)()
      if (E.isLeft(ended)) return ended
      await applyStale(ended.right.stale)()
      if (ended.right.count < pageSize) return E.right(undefined)
    }
  }

  const purgeExpired = async (signal: AbortSignal): Promise<E.Either<Unavailable, number>> => {
    const expired = await trash.listExpired(maxFiles)()
    if (E.isLeft(expired)) return expired
    let files = 0
    for (const uid of expired.right) {
      if (signal.aborted) return E.left(workStoppedFailure)
      const purged = await trash.purge(uid)()
      if (E.isLeft(purged)) return purged
      await applyStale(purged.right.stale)()
      if (purged.right.isPurged) files += 1
    }
    return E.right(files)
  }

  /**
   * Returns the keys that were done before it was stopped. Objects whose keys do not have Larder's form are not deleted, but
   * kept.
   */
  const deleteObjects = async (
    keys: ReadonlyArray<string>,
    isStopped: () => boolean,
  ): Promise<E.Either<Unavailable, ReadonlyArray<string>>> => {
    let done = 0
    while (done < keys.length && !isStopped()) {
      const batch = keys.slice(done, done + deletesAtOnce)
      const deleted = await Promise.all(batch.filter(isStoredFileKey).map((key) => store.delete(key)()))
      const failed = deleted.find(E.isLeft)
      if (failed !== undefined) return failed
      done += batch.length
    }
    return E.right(keys.slice(0, done))
  }

  /**
   * Deletes purged objects. Their keys are forgotten when the store has said that they are deleted, and stay after any
   * other answer, and if they are kept. Counts the deleted ones.
   */
  const removeObjects = async (
    uid: string | null,
    isStopped: () => boolean,
  ): Promise<E.Either<Unavailable, { readonly objects: number; readonly isWhole: boolean }>> => {
    for (let objects = 0; ; ) {
      const keys = await trash.listPurgedObjects(uid, pageSize)()
      if (E.isLeft(keys)) return keys
      if (keys.right.length === 0) return E.right({ objects, isWhole: true })
      if (isStopped()) return E.right({ objects, isWhole: false })
      const deleted = await deleteObjects(keys.right, isStopped)
      if (E.isLeft(deleted)) return deleted
      const ours = deleted.right.filter(isStoredFileKey)
      const forgotten = await trash.forgetPurgedObjects(ours)()
      if (E.isLeft(forgotten)) return forgotten
      if (ours.length < deleted.right.length) {
        const kept = await trash.keepPurgedObjects(deleted.right.filter((key) => !isStoredFileKey(key)))()
        if (E.isLeft(kept)) return kept
      }
      objects += ours.length
    }
  }

  const empty: TrashSweep['empty'] = (signal) => async () => {
    const ended = await endGraces(signal)
    if (E.isLeft(ended)) return ended
    const files = await purgeExpired(signal)
    if (E.isLeft(files)) return files
    const removed = await removeObjects(null, () => signal.aborted)
    if (E.isLeft(removed)) return removed
    return removed.right.isWhole
      ? E.right({ files: files.right, objects: removed.right.objects })
      : E.left(workStoppedFailure)
  }

  const removePurged: TrashSweep['removePurged'] = (uid, patienceMs) => async () => {
    const until = addMilliseconds(monotonic(), patienceMs)
    const identified = await identifyStore({ store, storedFiles })
    if (E.isLeft(identified)) return identified
    const { result } = identified.right
    if (result !== 'ours') return E.right(result)
    const removed = await removeObjects(uid, () => monotonic() > until)
    if (E.isLeft(removed)) return removed
    const erasure = await trash.findErasure(uid)()
    if (E.isLeft(erasure)) return erasure
    const isGone = O.isNone(erasure.right) || isErasureComplete(erasure.right.value)
    return E.right(isGone ? 'gone' : 'left')
  }

  return {
    run: (signal) => async () => {
      const due = await trash.isDue()
      if (E.isLeft(due) || !due.right) return E.isLeft(due) ? due : E.right(O.some(nothing))
      // No grace waits for the sweep of a large store.
      const ended = await endGraces(signal)
      if (E.isLeft(ended)) return ended
      // A store is only looked at and marked for what may be deleted from it.
      const left = await trash.isDue()
      if (E.isLeft(left) || !left.right) return E.isLeft(left) ? left : E.right(O.some(nothing))
      return locks.tryWith(
        sweepLock,
        (lost): TE.TaskEither<Unavailable, PurgedFiles | { readonly refused: StoreRefusal }> =>
          async () => {
            const identified = await identifyStore({ store, storedFiles })
            if (E.isLeft(identified)) return identified
            if (identified.right.result !== 'ours') return E.right({ refused: identified.right })
            const claimed = await claimStore({ store, storedFiles }, identified.right)
            if (E.isLeft(claimed)) return claimed
            if (claimed.right.result !== 'ours') return E.right({ refused: claimed.right })
            return empty(AbortSignal.any([signal, lost]))()
          },
      )()
    },

    empty,

    count: pipe(
      trash.countExpired,
      TE.map((files) => ({ files, objects: null })),
    ),

    removePurged: (uid, patienceMs) => {
      const removing = removePurged(uid, patienceMs)
      return patienceMs === Number.POSITIVE_INFINITY
        ? removing
        : withTaskTimeout(removing, patienceMs, 'object store')
    },
  }
}
