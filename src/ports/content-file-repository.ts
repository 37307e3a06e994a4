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
  /** Display name: the name of the added file. */
  readonly name: string
  readonly original: StoredFile
  /** Of the original's bytes, in lower-case hex. Unique among content files. */
  readonly sha512: string
  readonly durationSeconds: number
}

/** A content file, with the fields that ingestion needs. */
export type IngestedContentFile = {
  readonly uid: ContentFileUid
  readonly original: StoredFile
  readonly durationSeconds: number
  /** Number of current exports (not replaced ones). */
  readonly exportCount: number
  /** Oldest recipe version among the current exports; `null` when there are none. */
  readonly recipe: number | null
}

/** Content files (audio and video), their exports, and the segments of these. */
export type ContentFileRepository = {
  /** Finds a file with all of its exports, possibly none. `none`: there is no such file. */
  readonly find: (uid: ContentFileUid) => TE.TaskEither<Unavailable, O.Option<ContentFile>>
  /** Finds the file and the height of an export, for segmented exports (`m3u8`) only. */
  readonly findVod: (uid: ContentExportUid) => TE.TaskEither<Unavailable, O.Option<VodMeta>>
  /** Lists all segments of an `m3u8` export with one query; `none` when there is no such export. */
  readonly listParts: (uid: ContentExportUid) => TE.TaskEither<Unavailable, O.Option<VodParts>>
  /** The same with the keyframes of each segment, also with one query. */
  readonly listKeyframes: (uid: ContentExportUid) => TE.TaskEither<Unavailable, O.Option<KeyedVodParts>>
  readonly findPart: (uid: ContentPartUid) => TE.TaskEither<Unavailable, O.Option<ContentPartFile>>
  /** Finds a file with the fields that ingestion needs. */
  readonly findIngested: (uid: ContentFileUid) => TE.TaskEither<Unavailable, O.Option<IngestedContentFile>>
  readonly findByOriginal: (sha512: string) => TE.TaskEither<Unavailable, O.Option<IngestedContentFile>>
  /** Adds a file without exports. `false`, with nothing written: a file with this original exists. */
  readonly add: (file: NewContentFile) => TE.TaskEither<Unavailable, boolean>
  /**
   * Adds all exports and segments or none, in one transaction. The duration of the file becomes that of its
   * longest export, whatever the source said. `false`, with nothing written: the file already has exports or
   * is gone, because another process was faster.
   */
  readonly addExports: (
    uid: ContentFileUid,
    exports: ReadonlyArray<NewContentExport>,
  ) => TE.TaskEither<Unavailable, boolean>
  /**
   * Replaces the exports of older recipes with these, in one transaction. Replaced exports are in no playlist
   * any more, and can still be read by uid until `removeReplaced`. `false`, with nothing written: the file
   * has no exports of an older recipe, or is gone.
   */
  readonly replaceExports: (
    uid: ContentFileUid,
    exports: ReadonlyArray<NewContentExport>,
  ) => TE.TaskEither<Unavailable, boolean>
  /** Counts the files with exports of an older recipe than this. */
  readonly countOutdated: (recipe: number) => TE.TaskEither<Unavailable, number>
  /** Lists these files by uid, at most 100, starting after `after` (`null`: at the first). */
  readonly listOutdated: (
    recipe: number,
    after: ContentFileUid | null,
  ) => TE.TaskEither<Unavailable, ReadonlyArray<IngestedContentFile>>
  /** Lists exports that were replaced more than `forMs` milliseconds ago, with the same paging. */
  readonly listReplaced: (
    forMs: number,
    after: ContentExportUid | null,
  ) => TE.TaskEither<Unavailable, ReadonlyArray<ReplacedExport<ContentExportUid>>>
  /** Deletes a replaced export with the rows of its stored files. `false` when there is none. */
  readonly removeReplaced: (uid: ContentExportUid) => TE.TaskEither<Unavailable, boolean>
  /** Lists files without exports, oldest first: their ingestion was never finished. */
  readonly listUnfinished: TE.TaskEither<Unavailable, ReadonlyArray<IngestedContentFile>>
  /** Deletes a file without exports. `false`, with nothing changed: it has exports or does not exist. */
  readonly removeUnfinished: (uid: ContentFileUid) => TE.TaskEither<Unavailable, boolean>
  /** Finds the oldest file. */
  readonly first: TE.TaskEither<Unavailable, O.Option<ContentFileUid>>
}
