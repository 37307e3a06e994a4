import type { ByteRange, ByteStream } from '../domain/shared/bytes.ts'
import type { Unavailable } from '../domain/shared/errors.ts'
import type { O, TE } from '../fp.ts'

/** What is to be stored. `open` may be called again, when a try has failed half-way. */
export type NewObject = {
  readonly contentType: string
  /** Bytes. */
  readonly size: number
  /** Lower-case hex. */
  readonly sha256: string
  readonly open: () => ByteStream
}

/** Where the bytes live for good: S3, or a folder. Keys are made by Larder: `s3_files/{uid}`. */
export type ObjectStore = {
  /**
   * Stores the object whole or not at all; one that was there is replaced. A body whose length or sha256 is
   * not as announced is not stored, and is `Unavailable` (the source changed while it was read). Any other failure does
   * not say whether the object is there.
   */
  readonly put: (key: string, object: NewObject) => TE.TaskEither<Unavailable, void>
  /**
   * The bytes of `range`, as they come; `none` when there is no such object. A range that reaches beyond the
   * object gives what there is. The stream throws when the store breaks off: it never just ends early.
   */
  readonly read: (key: string, range: ByteRange) => TE.TaskEither<Unavailable, O.Option<ByteStream>>
  /** Deletes the object; one that is not there is fine. */
  readonly delete: (key: string) => TE.TaskEither<Unavailable, void>
  /** Whether the store can be asked at all (bucket there, access granted, folder writable). */
  readonly check: TE.TaskEither<Unavailable, void>
}
