import { E, O, pipe, TE } from '../../fp.ts'
import type { BlobCache } from '../../ports/blob-cache.ts'
import { cacheKeys } from '../../ports/cache-keys.ts'
import type { ContentFileRepository } from '../../ports/content-file-repository.ts'
import type { ImageFileRepository } from '../../ports/image-file-repository.ts'
import type { ObjectStore } from '../../ports/object-store.ts'
import type { AuthorizedRead } from '../access/authorized-read.ts'
import type { PublicImageCheck } from '../access/public-images.ts'
import { permitsExport, permitsPart } from '../access/restrictions.ts'
import { toPartFacts } from '../access/to-part-facts.ts'
import type { Viewer } from '../access/viewer.ts'
import { combineFound, type Found, mapFound } from '../caching/found.ts'
import type { ContentPartFile } from '../media/content-export.ts'
import type { ContentPartUid, ImageExportUid, ImageFileUid } from '../media/ids.ts'
import type { ImageExportFile } from '../media/image-export.ts'
import { type Forbidden, forbidden, type Unavailable } from '../shared/errors.ts'
import type { OpenStreams, StreamMoment } from '../shared/open-streams.ts'
import { type ByteSource, createByteSource } from './byte-source.ts'

/**
 * Opens exports and segments. A missing export or segment fails with Forbidden, like one that belongs to
 * another file (http-api.md §2.5, W15).
 */
export type ExportService = {
  /**
   * Opens an image export. `viewer` is `null` for a caller without a token, who can read public images only.
   */
  readonly openImage: (
    uid: ImageExportUid,
    viewer: Viewer | null,
  ) => TE.TaskEither<Forbidden | Unavailable, Found<ByteSource>>
  readonly openPart: (
    uid: ContentPartUid,
    viewer: Viewer,
  ) => TE.TaskEither<Forbidden | Unavailable, Found<ByteSource>>
}

type Deps = {
  readonly authorizedRead: AuthorizedRead
  readonly checkPublic: PublicImageCheck
  readonly blobs: BlobCache
  readonly store: ObjectStore
  readonly openStreams: OpenStreams
  readonly imageFiles: ImageFileRepository
  readonly contentFiles: ContentFileRepository
}

/**
 * Returns a uid that no image has, for an export that does not exist. The public flag of this uid is queried
 * like that of any other image, so that the reply takes the same time.
 */
const missingImageOf = (uid: ImageExportUid) => `-${uid}` as ImageFileUid

export const createExportService = (deps: Deps): ExportService => {
  const { authorizedRead, checkPublic, blobs, store, openStreams, imageFiles, contentFiles } = deps
  const toByteSource = createByteSource({ blobs, store, openStreams })

  /**
   * Checks the public flag again (at this point it is in memory), so that the result is valid only while the
   * flag is cached.
   */
  const servePublic = (
    file: Found<ImageExportFile>,
    since: StreamMoment,
  ): TE.TaskEither<Forbidden | Unavailable, Found<ByteSource>> =>
    pipe(
      checkPublic(file.value.imageFileUid),
      TE.map((flag) =>
        combineFound(file, flag, (image) => toByteSource(image, true, { file: image.imageFileUid, since })),
      ),
    )

  const canReadImage = (uid: ImageExportUid, viewer: Viewer | null) => (found: O.Option<ImageExportFile>) => {
    const image = O.isSome(found) ? found.value.imageFileUid : missingImageOf(uid)
    if (viewer !== null) return TE.right(viewer.grant.sub === image)
    return pipe(
      checkPublic(image),
      TE.map(({ value }) => value),
      TE.orElse((error) => (error._tag === 'Forbidden' ? TE.right(false) : TE.left(error))),
    )
  }

  const belongsToViewer = (viewer: Viewer) => (found: O.Option<ContentPartFile>) =>
    TE.right(O.isSome(found) && found.value.contentFileUid === viewer.grant.sub)

  return {
    openImage: (uid, viewer) => async () => {
      const since = openStreams.moment()
      const file = await authorizedRead(
        cacheKeys.imageExport({ uid }),
        imageFiles.findExport(uid),
        canReadImage(uid, viewer),
      )()
      if (E.isLeft(file)) return file
      const { height } = file.right.value
      if (viewer !== null && !permitsExport(viewer.grant.restrictions, { uid, height }))
        return E.left(forbidden('restriction'))
      if (viewer === null) return servePublic(file.right, since)()
      return E.right(
        mapFound(file.right, (image) => toByteSource(image, false, { file: image.imageFileUid, since })),
      )
    },

    openPart: (uid, viewer) => async () => {
      const since = openStreams.moment()
      const file = await authorizedRead(
        cacheKeys.contentPart({ uid }),
        contentFiles.findPart(uid),
        belongsToViewer(viewer),
      )()
      if (E.isLeft(file)) return file
      return permitsPart(viewer.grant.restrictions, toPartFacts(file.right.value))
        ? E.right(
            mapFound(file.right, (part) => toByteSource(part, false, { file: part.contentFileUid, since })),
          )
        : E.left(forbidden('restriction'))
    },
  }
}
