import type { UploadUid } from '../domain/media/ids.ts'
import type { Unavailable } from '../domain/shared/errors.ts'
import type {
  HashState,
  NewUpload,
  ReceivedUpload,
  StoredUploadState,
  Upload,
  UploadTarget,
} from '../domain/upload/upload.ts'
import type { O, TE } from '../fp.ts'
import type { UploadFetch } from './fetch-repository.ts'

/** The disk of a folder of incoming files, in bytes. */
export type UploadSpace = {
  readonly free: number
  /** How much must stay free. */
  readonly reserve: number
  /** Whether the object store writes originals to this disk, so that each upload needs its length a second time. */
  readonly holdsOriginals: boolean
}

/**
 * Why an upload does not begin. `no space`: other uploads have announced what is free. `no ticket`: the ticket is used
 * up, expired or gone. `too many`: the admin of the ticket has too many unfinished uploads by tickets.
 */
export type UploadBegin = 'begun' | 'no space' | 'no ticket' | 'too many'

/**
 * `received`: the upload has the given target. `twin`: the library has these bytes, or another upload of the same bytes
 * was received before, so the upload has their target. `taken down`: the bytes are not accepted. `gone`: the upload is
 * not being received any more.
 */
export type UploadReceipt =
  | { readonly result: 'received'; readonly target: UploadTarget }
  | { readonly result: 'twin'; readonly target: UploadTarget }
  | { readonly result: 'taken down' }
  | { readonly result: 'gone' }

/**
 * Uploads (http-api.md §11.2). A row exists before the first byte is on disk, and longer than the last, so a file of the
 * folder without a row is an orphan.
 */
export type UploadRepository = {
  /**
   * Adds an upload, and takes one of its ticket's count, in one transaction. The uploads of the folder that are being
   * received have announced lengths: what they still lack is not free, nor is what the originals need that are not stored
   * yet. One that declares a length later may have announced nothing. `fetch`: what brings its bytes, in the same
   * transaction; also deletes some fetches that failed long ago.
   */
  readonly begin: (
    upload: NewUpload,
    space: UploadSpace,
    fetch?: UploadFetch,
  ) => TE.TaskEither<Unavailable, UploadBegin>
  readonly find: (uid: UploadUid) => TE.TaskEither<Unavailable, O.Option<Upload>>
  /**
   * Sets the length that a client declares later. `no space` as in `begin`; `false` if it has a length, or is not
   * being received any more.
   */
  readonly declareLength: (
    uid: UploadUid,
    length: number,
    space: UploadSpace,
  ) => TE.TaskEither<Unavailable, boolean | 'no space'>
  /**
   * Notes that all bytes before `offset` are on disk. Returns `false`, and writes nothing, if the upload is not being
   * received any more, or if its offset is not `from`.
   */
  readonly advance: (
    uid: UploadUid,
    progress: { readonly from: number; readonly offset: number; readonly hashes: HashState },
  ) => TE.TaskEither<Unavailable, boolean>
  /**
   * Acknowledges all bytes, in one transaction. The second call for an upload returns the result of the first. Bytes
   * that an admin uploads become one file, however often they are uploaded at once.
   */
  readonly receive: (uid: UploadUid, received: ReceivedUpload) => TE.TaskEither<Unavailable, UploadReceipt>
  /**
   * Gives a received upload another target, the file of the library with the same bytes, which was added meanwhile. Each
   * upload that has its target gets the new one, too. Returns `false` if the upload is not in the state `received`.
   */
  readonly adopt: (uid: UploadUid, target: UploadTarget) => TE.TaskEither<Unavailable, boolean>
  /** Refuses a received upload, and each that has its target. Returns `false` if it is not in the state `received`. */
  readonly refuse: (uid: UploadUid, reason: string) => TE.TaskEither<Unavailable, boolean>
  /**
   * Deletes an upload that is being received, with its fetch unless that has failed. `givesBack`: its ticket may be used
   * again for what it took, because the upload expired, or was refused before its last byte. Returns `false` if it is not being received any more.
   */
  readonly abandon: (uid: UploadUid, givesBack: boolean) => TE.TaskEither<Unavailable, boolean>
  /** Returns whether the library will have this file, because an upload of its bytes is received. */
  readonly isReceived: (media: string) => TE.TaskEither<Unavailable, boolean>
  /** Returns which of these uploads have a row, and its state. */
  readonly statesOf: (
    uids: ReadonlyArray<string>,
  ) => TE.TaskEither<Unavailable, ReadonlyMap<string, StoredUploadState>>
  /** Lists the received uploads of a folder, whose originals are not stored yet, the oldest first. */
  readonly listReceived: (
    folder: string,
    limit: number,
  ) => TE.TaskEither<Unavailable, ReadonlyArray<UploadUid>>
  /**
   * Lists the uploads of a folder that have all their bytes but were not acknowledged, that have expired, or that cannot
   * be continued (`multipart`) and to which no byte has arrived for `idleMs` milliseconds. Each may be running: its lock
   * tells, but a form gets its lock a moment after its row. What Larder fetches is
   * finished by its fetch.
   */
  readonly listStranded: (
    folder: string,
    idleMs: number,
    limit: number,
  ) => TE.TaskEither<Unavailable, ReadonlyArray<Upload>>
  /**
   * Lists the uploads of other folders that are being received, and that have expired more than `forMs` milliseconds ago: no
   * process with their folder has ended them.
   */
  readonly listForsaken: (
    folder: string,
    forMs: number,
    limit: number,
  ) => TE.TaskEither<Unavailable, ReadonlyArray<Upload>>
  /** Deletes the rows of uploads that ended more than `forMs` milliseconds ago. Returns their number. */
  readonly forget: (forMs: number, limit: number) => TE.TaskEither<Unavailable, number>
}

/** Number of uploads by tickets that an admin may have unfinished at a time (http-api.md §11.4). */
export const maxUnfinishedByTickets = 200
