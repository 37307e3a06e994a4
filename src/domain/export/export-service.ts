import { E, O, pipe, TE } from '../../fp.ts'
import type { BlobCache } from '../../ports/blob-cache.ts'
import type { CachePort } from '../../ports/cache.ts'
import { cacheKeys } from '../../ports/cache-keys.ts'
import type { ContentFileRepository } from '../../ports/content-file-repository.ts'
import type { ImageFileRepository } from '../../ports/image-file-repository.ts'
import type { ObjectStore } from '../../ports/object-store.ts'
import type { StaleCache } from '../../ports/stale-cache.ts'
import { createAuthorizedRead } from '../access/authorized-read.ts'
import { createPublicImageCheck } from '../access/public-images.ts'
import { permitsExport, permitsPart } from '../access/restrictions.ts'
import type { Viewer } from '../access/viewer.ts'
import { combineFound, type Found, mapFound } from '../caching/found.ts'
import { type ContentPartFile, partFacts } from '../media/content-export.ts'
import type { ContentPartUid, ImageExportUid, ImageFileUid } from '../media/ids.ts'
import type { ImageExportFile } from '../media/image-export.ts'
import { type Forbidden, forbidden, type Unavailable } from '../shared/errors.ts'
import { createByteSource, type ServableBytes } from './servable-bytes.ts'

/** The bytes of exports and parts. What is not there is forbidden like another's (http-api.md §2.5, W15). */
export type ExportService = {
  /** `null` is a caller without a token: he gets the bytes of public images alone. */
  readonly openImage: (
    uid: ImageExportUid,
    viewer: Viewer | null,
  ) => TE.TaskEither<Forbidden | Unavailable, Found<ServableBytes>>
  readonly openPart: (
    uid: ContentPartUid,
    viewer: Viewer,
  ) => TE.TaskEither<Forbidden | Unavailable, Found<ServableBytes>>
}

type Deps = {
  readonly cache: CachePort
  readonly stale: StaleCache
  readonly blobs: BlobCache
  readonly store: ObjectStore
  readonly imageFiles: ImageFileRepository
  readonly contentFiles: ContentFileRepository
}

/** Stands in for the image of an export that is not there: its public flag is asked for, and is never set. */
const noImageOf = (uid: ImageExportUid) => `-${uid}` as ImageFileUid

export const createExportService = (deps: Deps): ExportService => {
  const { cache, stale, blobs, store, imageFiles, contentFiles } = deps
  const anybodys = createPublicImageCheck({ cache, stale, imageFiles })
  const servable = createByteSource({ blobs, store })
  const ownedRead = createAuthorizedRead(cache)

  /** Asked once more, and in memory by now: for as long as it stands there, the bytes are anybody's. */
  const servePublic = (
    file: Found<ImageExportFile>,
  ): TE.TaskEither<Forbidden | Unavailable, Found<ServableBytes>> =>
    pipe(
      anybodys(file.value.imageFileUid),
      TE.map((open) => combineFound(file, open, (image) => servable(image, true))),
    )

  const mayHaveImage = (uid: ImageExportUid, viewer: Viewer | null) => (found: O.Option<ImageExportFile>) => {
    const image = O.isSome(found) ? found.value.imageFileUid : noImageOf(uid)
    if (viewer !== null) return TE.right(viewer.grant.sub === image)
    return pipe(
      anybodys(image),
      TE.map(({ value }) => value),
      TE.orElse((error) => (error._tag === 'Forbidden' ? TE.right(false) : TE.left(error))),
    )
  }

  const isPartOfHis = (viewer: Viewer) => (found: O.Option<ContentPartFile>) =>
    TE.right(O.isSome(found) && found.value.contentFileUid === viewer.grant.sub)

  return {
    openImage: (uid, viewer) => async () => {
      const file = await ownedRead(
        cacheKeys.imageExport({ uid }),
        imageFiles.findExport(uid),
        mayHaveImage(uid, viewer),
      )()
      if (E.isLeft(file)) return file
      const { height } = file.right.value
      if (viewer !== null && !permitsExport(viewer.grant.restrictions, { uid, height }))
        return E.left(forbidden('restriction'))
      if (viewer === null) return servePublic(file.right)()
      return E.right(mapFound(file.right, (image) => servable(image, false)))
    },

    openPart: (uid, viewer) => async () => {
      const file = await ownedRead(
        cacheKeys.contentPart({ uid }),
        contentFiles.findPart(uid),
        isPartOfHis(viewer),
      )()
      if (E.isLeft(file)) return file
      return permitsPart(viewer.grant.restrictions, partFacts(file.right.value))
        ? E.right(mapFound(file.right, (image) => servable(image, false)))
        : E.left(forbidden('restriction'))
    },
  }
}
