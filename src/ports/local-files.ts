import type { ByteStream } from '../domain/media/bytes.ts'
import type { Refused, Unavailable } from '../domain/shared/errors.ts'
import type { TE } from '../fp.ts'

/** A byte range of a local file. `start` is inclusive, `end` is exclusive. */
export type FileSlice = { readonly path: string; readonly start: number; readonly end: number }

/** A local file to be ingested. */
export type SourceFile = {
  readonly path: string
  /** The file name: the last segment of the path. */
  readonly name: string
  /** Size in bytes, at least one. */
  readonly size: number
  /** The sha256 of the bytes in lower-case hex. `sha512` has the same form. */
  readonly sha256: string
  readonly sha512: string
  /** The first bytes of the file (up to 4,096), from which the file type is detected. */
  readonly head: Uint8Array
}

/** Files on this machine: sources to be ingested, and scratch space for exports. */
export type LocalFiles = {
  /** Reads the file once. Fails with `Refused` if it is missing, unreadable, empty, or not a regular file. */
  readonly inspect: (path: string) => TE.TaskEither<Refused, SourceFile>
  /**
   * Runs `work` with a path of the file that other calls and other programs can use. This is `path` itself,
   * unless the file's name is not valid UTF-8. In `path`, some bytes of such a name were replaced, so the
   * file is searched by the other bytes. Fails with `Refused` if several files match.
   */
  readonly withUsablePath: <L, A>(
    path: string,
    work: (path: string) => TE.TaskEither<L, A>,
  ) => TE.TaskEither<L | Refused | Unavailable, A>
  /** Returns whether `path` is a plain file with exactly these bytes. A file of another size is not read. */
  readonly hasBytes: (
    path: string,
    expected: { readonly size: number; readonly sha256: string },
  ) => TE.TaskEither<never, boolean>
  /** Computes length (bytes) and sha256 (lower-case hex) of a slice. */
  readonly digest: (
    slice: FileSlice,
  ) => TE.TaskEither<Unavailable, { readonly size: number; readonly sha256: string }>
  readonly open: (slice: FileSlice) => ByteStream
  /** Writes the whole file. Removes the incomplete file on failure. */
  readonly write: (path: string, bytes: ByteStream) => TE.TaskEither<Unavailable, void>
  /**
   * Runs `work` with a new empty folder. Removes the folder afterwards, even if `work` fails. Folders that
   * killed processes have left behind are removed when the adapter is created.
   */
  readonly withScratch: <L, A>(
    work: (folder: string) => TE.TaskEither<L, A>,
  ) => TE.TaskEither<L | Unavailable, A>
}
