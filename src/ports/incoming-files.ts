import type { UploadUid } from '../domain/media/ids.ts'
import type { NoSpace, Unavailable } from '../domain/shared/errors.ts'
import type { HashState } from '../domain/upload/upload.ts'
import type { E, TE } from '../fp.ts'

/** What is unavailable if a file cannot be read or written. */
export const incomingFilesDependency = 'incoming files'

/** Number of first bytes that `head` reads, from which the kind of a file is told. */
export const headBytes = 4096

/** How far the bytes of a file are certainly on disk. */
type WrittenBytes = { readonly offset: number; readonly hashes: HashState }

/** Bytes of a file with the saved state of their hashes; `null` if there is none. */
type SavedBytes = { readonly offset: number; readonly hashes: HashState | null }

/** Appends to one file. A disk that is full fails with NoSpace. */
export type IncomingWriter = {
  /** Number of bytes that `write` has taken, with those that the file had before. A `write` that fails drops those not on disk. */
  readonly size: () => number
  /** Takes bytes, which may be in memory until `sync`. */
  readonly write: (bytes: Uint8Array) => Promise<E.Either<NoSpace | Unavailable, void>>
  /** Waits until all written bytes are on disk, so that a loss of power does not lose them. */
  readonly sync: () => Promise<E.Either<NoSpace | Unavailable, WrittenBytes>>
  readonly close: () => Promise<void>
}

/**
 * The files whose bytes arrive, one for each upload, in a folder of one machine or of several that share it. Only the
 * holder of the lock of an upload changes its file.
 */
export type IncomingFiles = {
  /** Returns the name of the folder, which no other folder has. All processes that share the folder get the same name. */
  readonly folder: TE.TaskEither<Unavailable, string>
  /** Returns the free space of the disk in bytes. */
  readonly free: TE.TaskEither<Unavailable, number>
  /** Returns whether the object store writes to the same disk. */
  readonly holdsOriginals: TE.TaskEither<Unavailable, boolean>
  /**
   * Opens the file to append at `offset`, and creates it for the offset 0. Bytes behind the offset are dropped: no one
   * was told that they had arrived. Returns `null` if the file does not have the bytes before the offset.
   */
  readonly open: (uid: UploadUid, from: SavedBytes) => TE.TaskEither<Unavailable, IncomingWriter | null>
  /** Returns the sha512 (lower-case hex) of the bytes before `offset`. Reads them only if `hashes` is not their state. */
  readonly sha512: (uid: UploadUid, written: SavedBytes) => TE.TaskEither<Unavailable, string>
  /**
   * Reads the first bytes of the file (up to `headBytes`). Returns `null` if the folder certainly has
   * no such file; fails if the folder is not there, or has another name than before.
   */
  readonly head: (uid: UploadUid) => TE.TaskEither<Unavailable, Uint8Array | null>
  readonly pathOf: (uid: UploadUid) => string
  /** Removes the file, if it exists. */
  readonly remove: (uid: UploadUid) => TE.TaskEither<Unavailable, void>
  /** Lists the files that were last written more than `forMs` milliseconds ago. */
  readonly list: (forMs: number) => TE.TaskEither<Unavailable, ReadonlyArray<UploadUid>>
}
