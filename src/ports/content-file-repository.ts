import type {
  ContentFile,
  ContentPartFile,
  KeyedVodParts,
  NewContentExport,
  VodMeta,
  VodParts,
} from '../domain/media/content-export.ts'
import type { ContentExportUid, ContentFileUid, ContentPartUid } from '../domain/media/ids.ts'
import type { ReplacedExport } from '../domain/media/replaced-export.ts'
import type { StoredFile } from '../domain/media/stored-file.ts'
import type { Unavailable } from '../domain/shared/errors.ts'
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
  /** Of those that are listed. */
  readonly exportCount: number
  /** The oldest that made one of them; `null` when there are none. */
  readonly recipe: number | null
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
  /** The file as ingestion knows it. */
  readonly findKnown: (uid: ContentFileUid) => TE.TaskEither<Unavailable, O.Option<KnownContentFile>>
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
  /**
   * Adds these exports in place of those of an older recipe, in one transaction. What they replace is in no list any
   * more, and can still be read by its uid until `removeReplaced`. `false`, and nothing written, when the file has none
   * of an older recipe or is gone.
   */
  readonly replaceExports: (
    uid: ContentFileUid,
    exports: ReadonlyArray<NewContentExport>,
  ) => TE.TaskEither<Unavailable, boolean>
  /** How many files have exports of an older recipe than this. */
  readonly countOutdated: (recipe: number) => TE.TaskEither<Unavailable, number>
  /** These files in the order of their uids, from behind `after` on (`null`: from the first on), a hundred at most. */
  readonly listOutdated: (
    recipe: number,
    after: ContentFileUid | null,
  ) => TE.TaskEither<Unavailable, ReadonlyArray<KnownContentFile>>
  /** Exports that were replaced more than `forMs` milliseconds ago, in the same way. */
  readonly listReplaced: (
    forMs: number,
    after: ContentExportUid | null,
  ) => TE.TaskEither<Unavailable, ReadonlyArray<ReplacedExport<ContentExportUid>>>
  /** Takes out an export that was replaced, with the rows of its stored files. `false` when there is none. */
  readonly removeReplaced: (uid: ContentExportUid) => TE.TaskEither<Unavailable, boolean>
  /** Files whose exports were never finished, oldest first. */
  readonly listUnfinished: TE.TaskEither<Unavailable, ReadonlyArray<KnownContentFile>>
  /** Takes out a file that has no exports. `false`, and nothing changed, when it has some or is not there. */
  readonly removeUnfinished: (uid: ContentFileUid) => TE.TaskEither<Unavailable, boolean>
  /** The oldest file, if there is any. */
  readonly first: TE.TaskEither<Unavailable, O.Option<ContentFileUid>>
}
