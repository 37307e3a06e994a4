import * as t from 'io-ts'
import { snakeCased } from '../shared/snake-cased.ts'
import { type ImageExportUid, ImageFileUid, StoredFileUid } from './ids.ts'
import type { StoredFile } from './stored-file.ts'

/** One rendering of an image, as listed in a playlist. */
export type ImageExport = {
  readonly uid: ImageExportUid
  /** The file extension: `avif`, `webp`, `jpeg`, `png`. */
  readonly format: string
  /** Pixels. */
  readonly width: number
  /** Pixels. */
  readonly height: number
  readonly sizeBytes: number
  /** base64url of the thumbhash of this rendering (https://evanw.github.io/thumbhash). */
  readonly thumbhash: string
}

/** A rendering whose bytes are in the object store, but whose row is not in the database yet. */
export type NewImageExport = Omit<ImageExport, 'sizeBytes'> & {
  readonly file: StoredFile
  /** Version of the recipe that it was encoded with. */
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
    /** Milliseconds since 1970. */
    storedAt: t.number,
  }),
)
export type ImageExportFile = t.TypeOf<typeof ImageExportFile>
