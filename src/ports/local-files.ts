import type { ByteStream } from '../domain/media/bytes.ts'
import type { Refused, Unavailable } from '../domain/shared/errors.ts'
import type { TE } from '../fp.ts'

/** A whole file on this machine, or a part of one: bytes from `start` up to, and without, `end`. */
export type FileSlice = { readonly path: string; readonly start: number; readonly end: number }

/** A file that somebody handed in. */
export type SourceFile = {
  readonly path: string
  /** The last segment of its path. */
  readonly name: string
  /** Bytes; more than none. */
  readonly size: number
  /** Lower-case hex. */
  readonly sha256: string
  readonly sha512: string
  /** The first bytes (up to 4,096), to tell what it is. */
  readonly head: Uint8Array
}

/** Files on this machine: what is handed in, and scratch space for what is being made. */
export type LocalFiles = {
  /** Reads it through once. `Refused` when it is missing, no plain file, unreadable, or empty. */
  readonly inspect: (path: string) => TE.TaskEither<Refused, SourceFile>
  /**
   * Runs `work` with a path of the file that other calls and other programs can use. That is `path` itself, but for a
   * name that is not UTF-8, in which bytes were lost: such a file is found by what is left of its name. `Refused` when
   * several files are called so.
   */
  readonly withUsablePath: <L, A>(
    path: string,
    work: (path: string) => TE.TaskEither<L, A>,
  ) => TE.TaskEither<L | Refused | Unavailable, A>
  /** Length and sha256 of a slice. */
  readonly digest: (
    slice: FileSlice,
  ) => TE.TaskEither<Unavailable, { readonly size: number; readonly sha256: string }>
  readonly open: (slice: FileSlice) => ByteStream
  /** Writes a file whole, or throws away what it began. */
  readonly write: (path: string, bytes: ByteStream) => TE.TaskEither<Unavailable, void>
  /**
   * Runs `work` with a new empty folder, and removes the folder however `work` ends. Folders left by a process
   * that was killed are removed when the adapter is made.
   */
  readonly withScratch: <L, A>(
    work: (folder: string) => TE.TaskEither<L, A>,
  ) => TE.TaskEither<L | Unavailable, A>
}
