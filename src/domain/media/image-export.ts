import * as t from 'io-ts'
import { snakeCased } from '../shared/snake-cased.ts'
import { type ImageExportUid, ImageFileUid, StoredFileUid } from './ids.ts'
import type { StoredFile } from './stored-file.ts'

/** One encoding of an image, as listed in a playlist. */
export type ImageExport = {
  readonly uid: ImageExportUid
  /** The file extension: `avif`, `webp`, `jpeg` or `png`. */
  readonly format: string
  /** Width in pixels. */
  readonly width: number
  /** Height in pixels. */
  readonly height: number
  readonly sizeBytes: number
  /** Thumbhash of this export in base64url (https://evanw.github.io/thumbhash). */
  readonly thumbhash: string
}

/** An export whose bytes are in the object store, but whose row is not in the database yet. */
export type NewImageExport = Omit<ImageExport, 'sizeBytes'> & {
  readonly file: StoredFile
  /** Version of the recipe with which the export was encoded. */
  readonly recipe: number
}

/**
 * The fields that are needed to authorize and serve an image export. Cache key `image_files:exports:{uid}`.
 */
export const ImageExportFile = snakeCased(
  t.strict({
    fileSize: t.number,
    imageFileUid: ImageFileUid,
    height: t.number,
    s3FileUid: StoredFileUid,
    s3FileKey: t.string,
    contentType: t.string,
    sha256: t.string,
    /** Time at which the export was stored, in milliseconds since 1970. */
    storedAt: t.number,
  }),
)
export type ImageExportFile = t.TypeOf<typeof ImageExportFile>
