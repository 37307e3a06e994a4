import type {
  ContentFile,
  ContentPartFile,
  NewContentExport,
  VodMeta,
  VodParts,
  VodPartsWithKeyframes,
} from '../domain/media/content-export.ts'
import type { ContentExportUid, ContentFileUid, ContentPartUid } from '../domain/media/ids.ts'
import type { Unavailable } from '../domain/shared/errors.ts'
import type { O, TE } from '../fp.ts'
import type { IngestedFile, LibraryRepository, NewLibraryFile } from './library-repository.ts'

type Duration = { readonly durationSeconds: number }

export type NewContentFile = NewLibraryFile<ContentFileUid> & Duration

/**
 * Content files (audio and video), their exports, and the segments of these. When exports are added, the
 * duration of the longest export becomes the duration of the file, and replaces the duration that the source
 * declared.
 */
export type ContentFileRepository = LibraryRepository<
  ContentFileUid,
  NewContentFile,
  IngestedFile<ContentFileUid> & Duration,
  ContentExportUid,
  NewContentExport
> & {
  /** Finds a file with all of its exports, possibly none. `none`: there is no such file. */
  readonly find: (uid: ContentFileUid) => TE.TaskEither<Unavailable, O.Option<ContentFile>>
  /** Finds the file and the height of an export, for segmented exports (`m3u8`) only. */
  readonly findVod: (uid: ContentExportUid) => TE.TaskEither<Unavailable, O.Option<VodMeta>>
  /** Lists all segments of an `m3u8` export with one query; `none` when there is no such export. */
  readonly listParts: (uid: ContentExportUid) => TE.TaskEither<Unavailable, O.Option<VodParts>>
  /**
   * Lists all segments of an `m3u8` export with their keyframes, also with one query; `none` when there is no
   * such export.
   */
  readonly listKeyframes: (
    uid: ContentExportUid,
  ) => TE.TaskEither<Unavailable, O.Option<VodPartsWithKeyframes>>
  readonly findPart: (uid: ContentPartUid) => TE.TaskEither<Unavailable, O.Option<ContentPartFile>>
}
