import type { NewFileJob } from '../domain/jobs/job.ts'
import type { Deletion } from '../domain/library/media-item.ts'
import type { ContentFileUid, ImageFileUid } from '../domain/media/ids.ts'
import type { Unavailable } from '../domain/shared/errors.ts'
import type { O, TE } from '../fp.ts'
import type { StaleValues } from './cache.ts'
import type { Revocation } from './revocations.ts'

/**
 * How files are deleted. `trash`: they can be restored, and parts of films are served for a while. `take down`: they
 * can be restored, nothing of them is served, their tokens are revoked, and their bytes are refused. `erase`: taken
 * down, and purged at once.
 */
export type DeletionMode = 'trash' | 'take down' | 'erase'

/** Which deleted files a restore takes out of the trash. */
export type RestoreScope = 'all' | 'not taken down'

/** The cached values that a change makes stale, blobs included, as the log of invalidations names them. */
type Stale = Exclude<StaleValues, 'all'>

export type DeletedFiles = {
  /** The times of those files that exist, by uid. */
  readonly deletions: ReadonlyMap<string, Deletion>
  readonly revocations: ReadonlyArray<Revocation>
  readonly stale: Stale
}

/** A file that was deleted, whose bytes are those of a file that is added. */
type DeletedTwin = { readonly uid: ImageFileUid | ContentFileUid; readonly isTakenDown: boolean }

export type RestoreResult = 'restored' | 'not deleted' | 'taken down' | 'missing'

/**
 * Numbers of the objects of a purged file that are not certainly deleted. `left`: a sweep deletes them. `kept`: nothing
 * deletes them, because their keys are none of Larder's.
 */
export type Erasure = { readonly left: number; readonly kept: number }

/**
 * Why no object is deleted from a store. `foreign`: it belongs to another library. `unproven`: nothing proves that it
 * belongs to this one. `displaced`: another copy of the database has swept it since this one did.
 */
export type StoreRefusalReason = 'foreign' | 'unproven' | 'displaced'

/** What became of the objects of an erased file. `left`: some are in the store, or may be. */
export type ObjectRemoval = 'gone' | 'left' | StoreRefusalReason

/** Returns whether all objects of an erased file are certainly deleted. */
export const isErasureComplete = ({ left, kept }: Erasure): boolean => left + kept === 0

/** Bytes that are refused when they are added, because their file was taken down. */
type RefusedBytes = {
  readonly sha512: string
  /** The uid of the file, which may have been purged. */
  readonly uid: string
  /** Microseconds since 1970. */
  readonly takenDownAt: number
}

export type TakenDownFile = {
  readonly uid: string
  /** Microseconds since 1970. A file that was restored, and taken down again, has a later time. */
  readonly takenDownAt: number
}

/** Prefix of the names with which the log of invalidations announces a takedown; the uid follows. */
export const takenDownPrefix = 'taken_down:'

/**
 * Seconds for which the segments and MP4s of a deleted film are served: it plays to its end, also at half speed. 600
 * at least, because a viewer may pause.
 */
export const graceSecondsOf = (durationSeconds: number): number => Math.max(600, 2 * durationSeconds)

/** The deleted files of the library. All times are those of the database. */
export type Trash = {
  /**
   * Deletes all of these files that exist, or none if it fails: cancels their jobs, and revokes their tokens unless
   * the mode is `trash`. A file that was deleted before keeps its times; a stricter mode hardens its deletion.
   * `keepSeconds`: how long it can be restored.
   */
  readonly delete: (
    uids: ReadonlyArray<string>,
    mode: DeletionMode,
    keepSeconds: number,
  ) => TE.TaskEither<Unavailable, DeletedFiles>
  /**
   * Takes a file out of the trash, with everything that it had. A job that the deletion ended waits again; `job` is
   * added if the file has no exports and no job. Its bytes are accepted again, its tokens stay revoked. `scope`: whether a
   * file that was taken down is restored, too, or left as it is.
   */
  readonly restore: (
    uid: string,
    job: NewFileJob,
    scope?: RestoreScope,
  ) => TE.TaskEither<Unavailable, { readonly result: RestoreResult; readonly stale: Stale }>
  /**
   * Does the same for several different files, or for none if it fails. `newJob` makes the job of one file. Returns the
   * result of each file, by uid.
   */
  readonly restoreAll: (
    uids: ReadonlyArray<string>,
    newJob: () => NewFileJob,
  ) => TE.TaskEither<
    Unavailable,
    { readonly results: ReadonlyMap<string, RestoreResult>; readonly stale: Stale }
  >
  /** Ends graces whose time has come, at most `limit`. Returns their number. */
  readonly endGraces: (
    limit: number,
  ) => TE.TaskEither<Unavailable, { readonly count: number; readonly stale: Stale }>
  /** Lists files that are to be purged: their time has come, and their grace has ended. At most `limit`. */
  readonly listExpired: (limit: number) => TE.TaskEither<Unavailable, ReadonlyArray<string>>
  /** Counts the files that are to be purged. */
  readonly countExpired: TE.TaskEither<Unavailable, number>
  /**
   * Deletes all rows of such a file, and adds the keys of its objects to the purged objects, in one transaction. Does
   * nothing for any other file.
   */
  readonly purge: (
    uid: string,
  ) => TE.TaskEither<Unavailable, { readonly isPurged: boolean; readonly stale: Stale }>
  /**
   * Lists keys of objects that no row names any more, that may still be in the store, and are not kept: those of one file
   * (`null`: of any), at most `limit`.
   */
  readonly listPurgedObjects: (
    uid: string | null,
    limit: number,
  ) => TE.TaskEither<Unavailable, ReadonlyArray<string>>
  /** Forgets purged objects, which are certainly not in the store any more. */
  readonly forgetPurgedObjects: (keys: ReadonlyArray<string>) => TE.TaskEither<Unavailable, void>
  /** Keeps purged objects: they are not listed any more, and nothing deletes them. */
  readonly keepPurgedObjects: (keys: ReadonlyArray<string>) => TE.TaskEither<Unavailable, void>
  /** Returns what is left of a file that was erased, or purged and has objects; `none` for any other one. */
  readonly findErasure: (uid: string) => TE.TaskEither<Unavailable, O.Option<Erasure>>
  /** Returns whether a grace or a file is due, or a purged object is left. */
  readonly isDue: TE.TaskEither<Unavailable, boolean>
  /** Returns whether the file exists and is deleted. */
  readonly isInTrash: (uid: string) => TE.TaskEither<Unavailable, boolean>
  /**
   * Finds a deleted file with these bytes: one that was taken down, even if it was purged since, or else one in
   * the trash.
   */
  readonly findTwin: (sha512: string) => TE.TaskEither<Unavailable, O.Option<DeletedTwin>>
  /** Lists files that were taken down and not restored, also purged ones, ordered by uid, after this uid. */
  readonly listTakenDown: (
    after: string | null,
    limit: number,
  ) => TE.TaskEither<Unavailable, ReadonlyArray<TakenDownFile>>
  /** Lists the names of the blobs of originals and exports of those of these files that were taken down. */
  readonly listBlobsOfTakenDown: (
    uids: ReadonlyArray<string>,
  ) => TE.TaskEither<Unavailable, ReadonlyArray<string>>
  /** Lists bytes that are refused, by the uid of their file, after this uid. */
  readonly listRefusedBytes: (
    after: string | null,
    limit: number,
  ) => TE.TaskEither<Unavailable, ReadonlyArray<RefusedBytes>>
  /**
   * Accepts bytes again that were taken down. `in trash`: nothing is changed, because their file can be restored.
   * `missing`: they are not refused.
   */
  readonly acceptBytes: (sha512: string) => TE.TaskEither<Unavailable, 'accepted' | 'in trash' | 'missing'>
  /** Returns whether a file is in the trash, or any file was ever purged. */
  readonly hasDeleted: TE.TaskEither<Unavailable, boolean>
}
