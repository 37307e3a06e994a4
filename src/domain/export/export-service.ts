import { E, pipe, TE } from '../../fp.ts'
import type { BlobCache, BlobOrigin } from '../../ports/blob-cache.ts'
import type { CachePort } from '../../ports/cache.ts'
import { cacheKeys } from '../../ports/cache-keys.ts'
import type { ContentFileRepository } from '../../ports/content-file-repository.ts'
import type { ImageFileRepository } from '../../ports/image-file-repository.ts'
import type { ObjectStore } from '../../ports/object-store.ts'
import { mayView } from '../access/access.ts'
import type { Viewer } from '../access/viewer.ts'
import type { ByteRange, ByteStream } from '../shared/bytes.ts'
import { type BadOrigin, badOrigin, type Forbidden, forbidden, type Unavailable } from '../shared/errors.ts'
import type { ContentPartUid, ImageExportUid, StoredFileUid } from '../shared/ids.ts'
import { createReadThrough } from '../shared/read-through.ts'

/** Bytes that the caller may have, not read yet. */
export type ServableBytes = {
  readonly contentType: string
  readonly size: number
  /** Lower-case hex. */
  readonly sha256: string
  /** Whether anybody may have them. */
  readonly isPublic: boolean
  readonly read: (range: ByteRange) => TE.TaskEither<BadOrigin | Unavailable, ByteStream>
}

/** The bytes of exports and parts. What is not there is forbidden like another's (wire.md §2.5, W15). */
export type ExportService = {
  /** `null` is a caller without a token: he gets the bytes of public images alone. */
  readonly openImage: (
    uid: ImageExportUid,
    viewer: Viewer | null,
  ) => TE.TaskEither<Forbidden | Unavailable, ServableBytes>
  readonly openPart: (
    uid: ContentPartUid,
    viewer: Viewer,
  ) => TE.TaskEither<Forbidden | Unavailable, ServableBytes>
}

type Deps = {
  readonly cache: CachePort
  readonly blobs: BlobCache
  readonly store: ObjectStore
  readonly imageFiles: ImageFileRepository
  readonly contentFiles: ContentFileRepository
}

type Located = {
  readonly s3FileUid: StoredFileUid
  readonly s3FileKey: string
  readonly contentType: string
  readonly fileSize: number
  readonly sha256: string
}

export const createExportService = ({
  cache,
  blobs,
  store,
  imageFiles,
  contentFiles,
}: Deps): ExportService => {
  const readThrough = createReadThrough(cache)

  const servable = (file: Located, isPublic: boolean): ServableBytes => {
    const facts = { size: file.fileSize, sha256: file.sha256 }
    const origin: BlobOrigin = (range) =>
      pipe(
        store.read(file.s3FileKey, range),
        TE.flatMapEither(E.fromOption(() => badOrigin(`${file.s3FileKey} is missing`))),
      )
    return {
      contentType: file.contentType,
      size: file.fileSize,
      sha256: file.sha256,
      isPublic,
      read: (range) => blobs.read(cacheKeys.storedFile({ uid: file.s3FileUid }), facts, range, origin),
    }
  }

  const imageExport = (uid: ImageExportUid) =>
    readThrough(
      cacheKeys.imageExport({ uid }),
      pipe(imageFiles.findExport(uid), TE.flatMapEither(E.fromOption(() => forbidden('other_subject')))),
    )

  const part = (uid: ContentPartUid) =>
    readThrough(
      cacheKeys.contentPart({ uid }),
      pipe(contentFiles.findPart(uid), TE.flatMapEither(E.fromOption(() => forbidden('other_subject')))),
    )

  return {
    openImage: (uid, viewer) => async () => {
      const file = await imageExport(uid)()
      if (E.isLeft(file)) return file
      if (viewer !== null) {
        const permitted = mayView(viewer, file.right.imageFileUid)
        return E.isLeft(permitted) ? permitted : E.right(servable(file.right, false))
      }
      const image = file.right.imageFileUid
      const isPublic = await readThrough(cacheKeys.imagePublic({ uid: image }), imageFiles.isPublic(image))()
      if (E.isLeft(isPublic)) return isPublic
      return isPublic.right ? E.right(servable(file.right, true)) : E.left(forbidden('not_public'))
    },

    openPart: (uid, viewer) => async () => {
      const file = await part(uid)()
      if (E.isLeft(file)) return file
      const permitted = mayView(viewer, file.right.contentFileUid)
      return E.isLeft(permitted) ? permitted : E.right(servable(file.right, false))
    },
  }
}
