import { E, pipe, TE } from '../../fp.ts'
import type { BlobCache } from '../../ports/blob-cache.ts'
import { cacheKeys } from '../../ports/cache-keys.ts'
import type { ContentFileRepository } from '../../ports/content-file-repository.ts'
import type { ImageFileRepository } from '../../ports/image-file-repository.ts'
import type { ObjectStore } from '../../ports/object-store.ts'
import type { CallerAccess } from '../access/caller-access.ts'
import { permitsExport, permitsPart } from '../access/restrictions.ts'
import { toPartFacts } from '../access/to-part-facts.ts'
import type { Caller } from '../access/viewer.ts'
import { type Found, mapFound } from '../caching/found.ts'
import type { ContentPartUid, ImageExportUid } from '../media/ids.ts'
import { type Forbidden, forbidden, type Unavailable } from '../shared/errors.ts'
import type { OpenStreams } from '../shared/open-streams.ts'
import { type ByteSource, createByteSource } from './byte-source.ts'

/**
 * Opens exports and segments. A caller without a token can open those of public files. A missing export or segment
 * fails with Forbidden, like one that belongs to another file (http-api.md §2.5, W15).
 */
export type ExportService = {
  readonly openImage: (
    uid: ImageExportUid,
    caller: Caller,
  ) => TE.TaskEither<Forbidden | Unavailable, Found<ByteSource>>
  readonly openPart: (
    uid: ContentPartUid,
    caller: Caller,
  ) => TE.TaskEither<Forbidden | Unavailable, Found<ByteSource>>
}

type Deps = {
  readonly callerAccess: CallerAccess
  readonly blobs: BlobCache
  readonly store: ObjectStore
  readonly openStreams: OpenStreams
  readonly imageFiles: ImageFileRepository
  readonly contentFiles: ContentFileRepository
}

export const createExportService = (deps: Deps): ExportService => {
  const { callerAccess, blobs, store, openStreams, imageFiles, contentFiles } = deps
  const toByteSource = createByteSource({ blobs, store, openStreams })

  return {
    openImage: (uid, caller) => {
      const since = openStreams.moment()
      return pipe(
        callerAccess.read(
          {
            kind: 'image',
            key: cacheKeys.imageExport({ uid }),
            load: imageFiles.findExport(uid),
            fileOf: ({ imageFileUid }) => imageFileUid,
          },
          caller,
        ),
        TE.flatMapEither((file) =>
          caller === null || permitsExport(caller.grant.restrictions, { uid, height: file.value.height })
            ? E.right(
                mapFound(file, (image) =>
                  toByteSource(image, caller === null ? image.imageFileUid : null, {
                    file: image.imageFileUid,
                    since,
                  }),
                ),
              )
            : E.left(forbidden('restriction')),
        ),
      )
    },

    openPart: (uid, caller) => {
      const since = openStreams.moment()
      return pipe(
        callerAccess.read(
          {
            kind: 'content',
            key: cacheKeys.contentPart({ uid }),
            load: contentFiles.findPart(uid),
            fileOf: ({ contentFileUid }) => contentFileUid,
          },
          caller,
        ),
        TE.flatMapEither((file) =>
          caller === null || permitsPart(caller.grant.restrictions, toPartFacts(file.value))
            ? E.right(
                mapFound(file, (part) =>
                  toByteSource(part, caller === null ? part.contentFileUid : null, {
                    file: part.contentFileUid,
                    since,
                  }),
                ),
              )
            : E.left(forbidden('restriction')),
        ),
      )
    },
  }
}
