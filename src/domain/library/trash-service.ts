import { E, O, type TE } from '../../fp.ts'
import type { StaleValues } from '../../ports/cache.ts'
import type { Log } from '../../ports/log.ts'
import type { NewUid } from '../../ports/new-uid.ts'
import type { Revocation } from '../../ports/revocations.ts'
import type {
  DeletionMode,
  Erasure,
  ObjectRemoval,
  RestoreResult,
  RestoreScope,
  StoreRefusalReason,
  Trash,
} from '../../ports/trash.ts'
import { isUid } from '../media/uid-text.ts'
import { type Conflict, conflict, type NotFound, notFound, type Unavailable } from '../shared/errors.ts'
import type { Deletion } from './media-item.ts'

/**
 * `isErased`: no object of the file is in the store any more; `null` if it was not to be erased. `refused`: why the objects
 * of an erased file are left; `null` if none is left, or the sweep deletes them.
 */
type DeletedFile = Deletion & {
  readonly isErased: boolean | null
  readonly refused: StoreRefusalReason | null
}

/** Deletes files, and restores them (http-api.md §8.8). */
export type TrashService = {
  /**
   * Deletes a file; again, with the same times, if it is in the trash. Once it succeeds, this process serves what the mode
   * permits and nothing else. Objects of an erased file that are not deleted within `patienceMs` milliseconds are left
   * to the sweep. If the store may belong to another library or copy of the database, all are left: `refused` says why.
   */
  readonly delete: (
    uid: string,
    mode: DeletionMode,
    patienceMs?: number,
  ) => TE.TaskEither<NotFound | Unavailable, DeletedFile>
  /** Puts files into the trash. Returns the times of each that exists. */
  readonly deleteAll: (
    uids: ReadonlyArray<string>,
  ) => TE.TaskEither<Unavailable, ReadonlyMap<string, Deletion>>
  /** Returns what is left in the store of a file that was erased. Fails with NotFound for one that was not, or exists. */
  readonly findErasure: (uid: string) => TE.TaskEither<NotFound | Unavailable, Erasure>
  /** Fails with Conflict if the file is not in the trash. */
  readonly restore: (uid: string) => TE.TaskEither<NotFound | Conflict | Unavailable, void>
  /** Takes files out of the trash, or none if it fails. Returns the result of each. */
  readonly restoreAll: (
    uids: ReadonlyArray<string>,
  ) => TE.TaskEither<Unavailable, ReadonlyMap<string, RestoreResult>>
  /** Lists bytes that are refused because they were taken down, by the uid of their file, after this uid. */
  readonly listRefusedBytes: Trash['listRefusedBytes']
  /**
   * Accepts bytes again that were taken down and purged. `by`: who permits it, for the log. Fails with Conflict if their
   * file can be restored, and with NotFound if they are not refused.
   */
  readonly acceptBytes: (sha512: string, by: string) => TE.TaskEither<NotFound | Conflict | Unavailable, void>
  /** Does the same as `restore` for bytes that are added again. Also fails with Conflict if the file was taken down. */
  readonly restoreTwin: (uid: string) => TE.TaskEither<NotFound | Conflict | Unavailable, void>
}

type Deps = {
  readonly trash: Trash
  readonly newUid: Pick<NewUid, 'job'>
  readonly jobAttempts: number
  /** How long a deleted file can be restored. */
  readonly trashSeconds: number
  readonly log: Log
  readonly noteRevoked: (revoked: ReadonlyArray<Revocation>) => Promise<void>
  /** Applies a change to the caches of this process. */
  readonly applyStale: (stale: StaleValues) => TE.TaskEither<Unavailable, void>
  /** Deletes the purged objects of a file from the store, if it belongs to this database. */
  readonly removePurged: (uid: string, patienceMs: number) => TE.TaskEither<Unavailable, ObjectRemoval>
}

/** A request waits this long for the store (milliseconds). */
const defaultPatienceMs = 2000

export const createTrashService = (deps: Deps): TrashService => {
  const { trash, newUid, jobAttempts, trashSeconds, noteRevoked, applyStale, removePurged, log } = deps

  const deleteFiles =
    (
      uids: ReadonlyArray<string>,
      mode: DeletionMode,
    ): TE.TaskEither<Unavailable, ReadonlyMap<string, Deletion>> =>
    async () => {
      const deleted = await trash.delete(uids, mode, trashSeconds)()
      if (E.isLeft(deleted)) return deleted
      await noteRevoked(deleted.right.revocations)
      const applied = await applyStale(deleted.right.stale)()
      return E.isLeft(applied) ? applied : E.right(deleted.right.deletions)
    }

  const restoreWithin =
    (scope: RestoreScope): TrashService['restore'] =>
    (uid) =>
    async () => {
      if (!isUid(uid)) return E.left(notFound('file', uid))
      const restored = await trash.restore(uid, { uid: newUid.job(), attempts: jobAttempts }, scope)()
      if (E.isLeft(restored)) return restored
      const { result, stale } = restored.right
      if (result === 'missing') return E.left(notFound('file', uid))
      if (result === 'taken down') return E.left(conflict(`${uid} was taken down`))
      if (result === 'not deleted') return E.left(conflict(`${uid} is not in the trash`))
      return applyStale(stale)()
    }

  return {
    delete:
      (uid, mode, patienceMs = defaultPatienceMs) =>
      async () => {
        if (!isUid(uid)) return E.left(notFound('file', uid))
        const deletions = await deleteFiles([uid], mode)()
        if (E.isLeft(deletions)) return deletions
        const deletion = deletions.right.get(uid)
        if (deletion === undefined) return E.left(notFound('file', uid))
        if (mode !== 'erase') return E.right({ ...deletion, isErased: null, refused: null })
        // The rows are gone. A store that does not answer is asked again by the sweep.
        const removed = await removePurged(uid, patienceMs)()
        const removal = E.isRight(removed) ? removed.right : 'left'
        const refused = removal === 'gone' || removal === 'left' ? null : removal
        if (refused !== null) log.error('trash.refused', { result: refused, uid })
        return E.right({ ...deletion, isErased: removal === 'gone', refused })
      },

    deleteAll: (uids) => deleteFiles(uids, 'trash'),

    findErasure: (uid) => async () => {
      if (!isUid(uid)) return E.left(notFound('file', uid))
      const found = await trash.findErasure(uid)()
      if (E.isLeft(found)) return found
      return O.isNone(found.right) ? E.left(notFound('file', uid)) : E.right(found.right.value)
    },

    restore: restoreWithin('all'),
    restoreAll: (uids) => async () => {
      const newJob = () => ({ uid: newUid.job(), attempts: jobAttempts })
      const restored = await trash.restoreAll(uids, newJob)()
      if (E.isLeft(restored)) return restored
      const applied = await applyStale(restored.right.stale)()
      return E.isLeft(applied) ? applied : E.right(restored.right.results)
    },
    listRefusedBytes: trash.listRefusedBytes,
    acceptBytes: (sha512, by) => async () => {
      if (!/^[0-9a-f]{128}$/.test(sha512)) return E.left(notFound('refused_bytes', sha512))
      const accepted = await trash.acceptBytes(sha512)()
      if (E.isLeft(accepted)) return accepted
      if (accepted.right === 'missing') return E.left(notFound('refused_bytes', sha512))
      if (accepted.right === 'in trash') return E.left(conflict('their file is in the trash: restore it'))
      log.warn('trash.bytes_accepted', { sha512, by })
      return E.right(undefined)
    },
    restoreTwin: restoreWithin('not taken down'),
  }
}
