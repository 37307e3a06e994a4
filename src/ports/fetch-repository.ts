import type { JobUid, UploadUid } from '../domain/media/ids.ts'
import type { Unavailable } from '../domain/shared/errors.ts'
import type { O, TE } from '../fp.ts'

/** A file that is to be fetched. `url` is a secret. */
export type NewUploadFetch = {
  readonly upload: UploadUid
  /** The admin that asked for it. */
  readonly admin: string
  /** The job that will make the exports of a new file. */
  readonly job: JobUid
  /** The folder of incoming files of the upload. */
  readonly folder: string
  readonly url: string
}

/** What a fetch adds to its upload. */
export type UploadFetch = Omit<NewUploadFetch, 'upload' | 'folder'>

/** An attempt that begins. `attempt` counts those that were not handed back, from 1. */
export type FetchAttempt = Pick<NewUploadFetch, 'url' | 'job'> & { readonly attempt: number }

/**
 * Files that Larder fetches from a URL into an upload of their own (http-api.md §11.3). A fetch is added with its upload
 * (`UploadRepository.begin`), and deleted with it (`abandon`), unless it has failed. Of a fetch that has ended no URL is left. Only
 * the holder of the lock of the upload calls `begin`, `handBack`, `refuse` and `remove`.
 */
export type FetchRepository = {
  /** Lists the fetches of a folder that have not ended, the oldest first. */
  readonly list: (folder: string, limit: number) => TE.TaskEither<Unavailable, ReadonlyArray<UploadUid>>
  /**
   * Begins an attempt. The upload has no bytes then, whatever an earlier attempt has brought. Returns `none`, and removes
   * the fetch, if its upload is not being received.
   */
  readonly begin: (upload: UploadUid) => TE.TaskEither<Unavailable, O.Option<FetchAttempt>>
  /** The attempt was stopped by this process, so it does not count. */
  readonly handBack: (upload: UploadUid) => TE.TaskEither<Unavailable, void>
  /** Ends the fetch with the reason of its failure, and deletes its upload, in one transaction. */
  readonly refuse: (upload: UploadUid, reason: string) => TE.TaskEither<Unavailable, void>
  /** Removes a fetch that has not failed. */
  readonly remove: (upload: UploadUid) => TE.TaskEither<Unavailable, void>
  /** Returns why a fetch of this admin failed; `none` if it did not, or if there is none. */
  readonly findReason: (upload: UploadUid, admin: string) => TE.TaskEither<Unavailable, O.Option<string>>
}

/** How long the reason of a failure is stored (seconds). */
export const failedFetchSeconds = 30 * 86_400
