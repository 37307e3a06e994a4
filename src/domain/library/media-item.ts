import type { Job } from '../jobs/job.ts'
import type { MediaState } from '../jobs/media-state.ts'
import type {
  ContentExportUid,
  ContentFileUid,
  ContentPartUid,
  ImageExportUid,
  ImageFileUid,
} from '../media/ids.ts'
import type { MediaKind } from '../media/media-kind.ts'
import type { StoredFile } from '../media/stored-file.ts'
import type { Metadata } from './media-change.ts'

/** A file of the library, as lists show it (http-api.md §8.5). Times are in microseconds since 1970. */
export type MediaItem = {
  readonly kind: MediaKind
  readonly uid: ImageFileUid | ContentFileUid
  readonly title: string | null
  /** Name of the file when it was added. */
  readonly fileName: string
  readonly state: MediaState['state']
  readonly isPublic: boolean
  readonly createdAt: number
  /** Time of the last change by `MediaRepository`; `createdAt` if there was none. */
  readonly updatedAt: number
  /** Size of the original in bytes. */
  readonly sizeBytes: number
  /** Media type of the original; `null` if it is unknown. */
  readonly contentType: string | null
  /** Size of an image, or of the largest export with video, in pixels; `null` if there is none. */
  readonly width: number | null
  readonly height: number | null
  /** `null` for an image, or if the duration is unknown. */
  readonly durationSeconds: number | null
  /** Thumbhash of an image in base64url; `null` if there is none. */
  readonly thumbhash: string | null
  /** What the exports lack of the original, one line each, as long as the job that made them is stored. */
  readonly warnings: ReadonlyArray<string>
  /** The times of `Deletion`; `null` unless the file is in the trash. */
  readonly deletedAt: number | null
  readonly purgeAfter: number | null
  /** Whether nothing of the file is served, and its bytes are refused. */
  readonly isTakenDown: boolean
}

/** When a file was deleted, and when it is purged. Times are in microseconds since 1970. */
export type Deletion = {
  readonly deletedAt: number
  /** The file can be restored until a sweep after this time. */
  readonly purgeAfter: number
}

/** A current export of a file. Replaced exports do not count. */
export type MediaExport = {
  readonly uid: ImageExportUid | ContentExportUid
  readonly format: string
  readonly width: number | null
  readonly height: number | null
  /** Codecs as in RFC 6381; empty for an image. */
  readonly codecs: ReadonlyArray<string>
  /** Language of the sound, as the file names it (RFC 5646, lower case); `null` for none, or if it is unknown. */
  readonly language: string | null
  /** Peak bandwidth in bits per second; `null` for an image. */
  readonly bandwidth: number | null
  readonly sizeBytes: number
  /** Version of the recipe with which it was encoded. */
  readonly recipe: number
  /** The first media segment; `null` for an image. */
  readonly firstPartUid: ContentPartUid | null
}

/** A file with everything that is stored about it. */
export type MediaRecord = MediaItem & {
  readonly alt: string | null
  readonly metadata: Metadata
  /** Number of the version. Each change by `MediaRepository` increments it, and nothing else does. */
  readonly version: number
  /** SHA-512 of the original in lower-case hex. */
  readonly sha512: string
  readonly exports: ReadonlyArray<MediaExport>
}

/** The bytes that were added, and the name that they had. */
export type MediaOriginal = {
  readonly fileName: string
  readonly file: StoredFile
  /** Time at which they were stored, in milliseconds since 1970. */
  readonly storedAt: number
}

/** A file for an admin who looks at it. */
export type MediaDetail = Omit<MediaRecord, 'exports'> & {
  readonly exports: ReadonlyArray<MediaExport & { readonly url: string }>
  /** The newest job of the file; `null` if no job is stored. */
  readonly job: Job | null
}
