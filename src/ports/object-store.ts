import type { ByteRange, ByteStream } from '../domain/media/bytes.ts'
import type { Unavailable } from '../domain/shared/errors.ts'
import type { O, TE } from '../fp.ts'

/**
 * An object to be stored. The store may call `open` again after a failed attempt, so `open` must return a new
 * stream.
 */
export type NewObject = {
  readonly contentType: string
  /** Size in bytes. */
  readonly size: number
  /** The sha256 of the bytes, in lower-case hex. */
  readonly sha256: string
  readonly open: () => ByteStream
}

export type ListedObject = {
  readonly key: string
  /** Size in bytes. */
  readonly size: number
  /**
   * Time at which the object was last stored, in milliseconds since 1970. The clock is that of the store, and
   * the time may be rounded to seconds.
   */
  readonly modifiedAt: number
}

/**
 * A call of `put` that has not completed: it is still running, or its process was killed. `list` omits its
 * object.
 */
export type UnfinishedUpload = {
  /** Name of the upload for the log: the key, or an identifier that stands for the key. */
  readonly name: string
  /** Time at which the upload began or was last written to. The unit is that of `modifiedAt`. */
  readonly startedAt: number
  readonly remove: TE.TaskEither<Unavailable, void>
}

/** Permanent storage of the bytes: S3, or a folder. Larder chooses the keys: `s3_files/{uid}`. */
export type ObjectStore = {
  /**
   * Stores the object completely or not at all. Replaces an existing object. If the body's length or sha256
   * differs from the declared one (the source changed while it was read), `put` stores nothing and fails with
   * `Unavailable`. After any other failure it is unknown whether the object exists.
   */
  readonly put: (key: string, object: NewObject) => TE.TaskEither<Unavailable, void>
  /**
   * Streams the bytes of `range`. Returns `none` if there is no such object. If the range extends beyond the
   * end, returns the available bytes. If the store interrupts the transfer, the stream throws; it never ends
   * early without an error.
   */
  readonly read: (key: string, range: ByteRange) => TE.TaskEither<Unavailable, O.Option<ByteStream>>
  /** Deletes the object. Succeeds when it does not exist. */
  readonly delete: (key: string) => TE.TaskEither<Unavailable, void>
  /**
   * Lists all objects whose keys begin with `prefix` and come after `after` (`null`: all), ordered by the
   * UTF-8 bytes of the keys. If the store interrupts the transfer, the iteration throws; it never ends early
   * without an error.
   */
  readonly list: (prefix: string, after: string | null) => AsyncIterable<ListedObject>
  /**
   * Lists uploads that are running or were never completed, of keys that begin with `prefix`. The iteration
   * throws as that of `list` does.
   */
  readonly unfinishedUploads: (prefix: string) => AsyncIterable<UnfinishedUpload>
  /** Checks that the store can be used (bucket exists, access granted, folder writable). */
  readonly check: TE.TaskEither<Unavailable, void>
}
