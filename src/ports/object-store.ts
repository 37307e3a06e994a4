import type { ByteRange, ByteStream } from '../domain/media/bytes.ts'
import type { Unavailable } from '../domain/shared/errors.ts'
import type { O, TE } from '../fp.ts'

/** An object to be stored. `open` may be called again after a failed attempt. */
export type NewObject = {
  readonly contentType: string
  /** Bytes. */
  readonly size: number
  /** Lower-case hex. */
  readonly sha256: string
  readonly open: () => ByteStream
}

export type ListedObject = {
  readonly key: string
  /** Bytes. */
  readonly size: number
  /** When it was last stored: milliseconds since 1970 by the store's clock, possibly rounded to seconds. */
  readonly modifiedAt: number
}

/** A `put` that has not completed: it is still running, or was abandoned. `list` omits its object. */
export type UnfinishedUpload = {
  /** Name for log output: the key, or an identifier that stands for it. */
  readonly name: string
  /** When the upload began or was last written to; same unit as `modifiedAt`. */
  readonly startedAt: number
  readonly remove: TE.TaskEither<Unavailable, void>
}

/** Permanent storage of the bytes: S3, or a folder. Larder chooses the keys: `s3_files/{uid}`. */
export type ObjectStore = {
  /**
   * Stores the object whole or not at all, and replaces an existing object. If the body's length or sha256
   * differs from the declared one (the source changed while it was read), `put` stores nothing and fails with
   * `Unavailable`. After any other failure the object may or may not exist.
   */
  readonly put: (key: string, object: NewObject) => TE.TaskEither<Unavailable, void>
  /**
   * Streams the bytes of `range`; `none` when there is no such object. A range past the end returns the
   * available bytes. If the store breaks off the transfer, the stream throws; it never ends early without an
   * error.
   */
  readonly read: (key: string, range: ByteRange) => TE.TaskEither<Unavailable, O.Option<ByteStream>>
  /** Deletes the object. Succeeds when it does not exist. */
  readonly delete: (key: string) => TE.TaskEither<Unavailable, void>
  /**
   * Lists all objects whose keys begin with `prefix` and come after `after` (`null`: all), ordered by the
   * UTF-8 bytes of the keys. If the store breaks off the transfer, the iteration throws; it never ends early
   * without an error.
   */
  readonly list: (prefix: string, after: string | null) => AsyncIterable<ListedObject>
  /**
   * Lists running and abandoned uploads of keys that begin with `prefix`. The iteration throws as that of
   * `list` does.
   */
  readonly unfinishedUploads: (prefix: string) => AsyncIterable<UnfinishedUpload>
  /** Checks that the store can be used (bucket exists, access granted, folder writable). */
  readonly check: TE.TaskEither<Unavailable, void>
}
