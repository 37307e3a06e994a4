import type {
  ContentFile,
  ContentPartFile,
  KeyedVodParts,
  NewContentExport,
  VodMeta,
  VodParts,
} from '../domain/export/content-export.ts'
import type { Unavailable } from '../domain/shared/errors.ts'
import type { ContentExportUid, ContentFileUid, ContentPartUid } from '../domain/shared/ids.ts'
import type { StoredFile } from '../domain/shared/stored-file.ts'
import type { O, TE } from '../fp.ts'

export type NewContentFile = {
  readonly uid: ContentFileUid
  /** What people call it: the name of the file that was added. */
  readonly name: string
  readonly original: StoredFile
  /** Lower-case hex of the original's bytes; one content file for each. */
  readonly sha512: string
  readonly durationSeconds: number
}

/** A sound or film in the library, as ingestion needs to know it. */
export type KnownContentFile = {
  readonly uid: ContentFileUid
  readonly original: StoredFile
  readonly durationSeconds: number
  readonly exportCount: number
}

/** Sounds and films, their exports, and the parts of these. */
export type ContentFileRepository = {
  /** The file with all of its exports, which may be none; `none` when there is no such file. */
  readonly find: (uid: ContentFileUid) => TE.TaskEither<Unavailable, O.Option<ContentFile>>
  /** Whose export this is, for exports in parts (`m3u8`) alone. */
  readonly findVod: (uid: ContentExportUid) => TE.TaskEither<Unavailable, O.Option<VodMeta>>
  /** All parts of an `m3u8` export by one query; `none` when there is no such export. */
  readonly listParts: (uid: ContentExportUid) => TE.TaskEither<Unavailable, O.Option<VodParts>>
  /** The same with the key pictures of each part; by one query, too. */
  readonly listKeyframes: (uid: ContentExportUid) => TE.TaskEither<Unavailable, O.Option<KeyedVodParts>>
  readonly findPart: (uid: ContentPartUid) => TE.TaskEither<Unavailable, O.Option<ContentPartFile>>
  readonly findByOriginal: (sha512: string) => TE.TaskEither<Unavailable, O.Option<KnownContentFile>>
  /** Adds a file without exports. `false`, and nothing written, when its original is known already. */
  readonly add: (file: NewContentFile) => TE.TaskEither<Unavailable, boolean>
  /**
   * Adds all exports and parts or none, in one transaction; the file lasts as long as the longest of them, whatever
   * its source said. `false`, and nothing written, when the file has
   * exports already or is gone: somebody else was faster.
   */
  readonly addExports: (
    uid: ContentFileUid,
    exports: ReadonlyArray<NewContentExport>,
  ) => TE.TaskEither<Unavailable, boolean>
  /** Files whose exports were never finished, oldest first. */
  readonly listUnfinished: TE.TaskEither<Unavailable, ReadonlyArray<KnownContentFile>>
  /** Takes out a file that has no exports. `false`, and nothing changed, when it has some or is not there. */
  readonly removeUnfinished: (uid: ContentFileUid) => TE.TaskEither<Unavailable, boolean>
  /** The oldest file, if there is any. */
  readonly first: TE.TaskEither<Unavailable, O.Option<ContentFileUid>>
}
