import type { ByteStream } from '../domain/media/bytes.ts'
import type { Refused, Unavailable } from '../domain/shared/errors.ts'
import type { TE } from '../fp.ts'

/** A byte range of a local file. `start` is inclusive, `end` is exclusive. */
export type FileSlice = { readonly path: string; readonly start: number; readonly end: number }

/** A local file to be ingested. */
export type SourceFile = {
  readonly path: string
  /** The last segment of its path. */
  readonly name: string
  /** Bytes; at least one. */
  readonly size: number
  /** Lower-case hex. */
  readonly sha256: string
  readonly sha512: string
  /** The first bytes (up to 4,096), to detect the file type. */
  readonly head: Uint8Array
}

/** Files on this machine: sources to be ingested, and scratch space for exports. */
export type LocalFiles = {
  /**
   * Reads the file once. Fails with `Refused` when it is missing, unreadable, empty, or not a regular file.
   */
  readonly inspect: (path: string) => TE.TaskEither<Refused, SourceFile>
  /**
   * Runs `work` with a path of the file that other calls and other programs can use. This is `path` itself,
   * unless the file's name is not valid UTF-8. Such a name has lost bytes in `path`, so the file is found by
   * the bytes that remain. Fails with `Refused` when several files match.
   */
  readonly withUsablePath: <L, A>(
    path: string,
    work: (path: string) => TE.TaskEither<L, A>,
  ) => TE.TaskEither<L | Refused | Unavailable, A>
  /** Whether it is a plain file with these bytes, and no others. If its size differs, it is not read. */
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
   * Runs `work` with a new empty folder, and removes the folder whatever the outcome. Folders that killed
   * processes have left behind are removed when the adapter is created.
   */
  readonly withScratch: <L, A>(
    work: (folder: string) => TE.TaskEither<L, A>,
  ) => TE.TaskEither<L | Unavailable, A>
}
