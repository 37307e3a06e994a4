import type { ByteRange, ByteStream } from '../domain/media/bytes.ts'
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

export type ListedObject = {
  readonly key: string
  /** Bytes. */
  readonly size: number
  /** When it was stored last, in milliseconds since 1970 by the store's own clock, in whole seconds at worst. */
  readonly modifiedAt: number
}

/** What a `put` that never ended has left in the store. No list of objects shows it. */
export type UnfinishedUpload = {
  /** For people: the key, or what stands for it. */
  readonly name: string
  /** As `modifiedAt`: when it began, or was written to last. */
  readonly startedAt: number
  readonly remove: TE.TaskEither<Unavailable, void>
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
  /**
   * All objects whose keys begin with `prefix` and come after `after` (`null`: from the first on), in the order of the
   * keys' UTF-8 bytes. The stream throws when the store breaks off: it never just ends early.
   */
  readonly list: (prefix: string, after: string | null) => AsyncIterable<ListedObject>
  /** Uploads that are under way, or never will end, of objects whose keys begin with `prefix`. Throws as `list` does. */
  readonly unfinishedUploads: (prefix: string) => AsyncIterable<UnfinishedUpload>
  /** Whether the store can be asked at all (bucket there, access granted, folder writable). */
  readonly check: TE.TaskEither<Unavailable, void>
}
