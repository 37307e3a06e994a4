import { E, pipe, TE } from '../../fp.ts'
import type { BlobCache } from '../../ports/blob-cache.ts'
import { cacheKeys } from '../../ports/cache-keys.ts'
import type { ContentFileRepository } from '../../ports/content-file-repository.ts'
import type { ImageFileRepository } from '../../ports/image-file-repository.ts'
import type { ObjectStore } from '../../ports/object-store.ts'
import type { CallerAccess, FileRecord } from '../access/caller-access.ts'
import { permitsExport, permitsPart, type Restrictions } from '../access/restrictions.ts'
import { toPartFacts } from '../access/to-part-facts.ts'
import type { Caller } from '../access/viewer.ts'
import { type Found, mapFound } from '../caching/found.ts'
import type { ContentPartUid, ImageExportUid } from '../media/ids.ts'
import { type Forbidden, forbidden, type Unavailable } from '../shared/errors.ts'
import type { OpenStreams } from '../shared/open-streams.ts'
import { type ByteSource, createByteSource, type StoredObjectRef } from './byte-source.ts'

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

  /** Opens the stored file of a record. `permits`: whether the restrictions of a token permit it. */
  const open = <A extends StoredObjectRef>(
    record: FileRecord<A>,
    caller: Caller,
    permits: (restrictions: Restrictions, found: A) => boolean,
  ): TE.TaskEither<Forbidden | Unavailable, Found<ByteSource>> => {
    const since = openStreams.moment()
    const toSource = (found: A): ByteSource =>
      toByteSource(found, caller === null, { file: record.fileOf(found), since })
    return pipe(
      callerAccess.read(record, caller),
      TE.flatMapEither((found) =>
        caller === null || permits(caller.grant.restrictions, found.value)
          ? E.right(mapFound(found, toSource))
          : E.left(forbidden('restriction')),
      ),
    )
  }

  return {
    openImage: (uid, caller) =>
      open(
        {
          kind: 'image',
          key: cacheKeys.imageExport({ uid }),
          load: imageFiles.findExport(uid),
          fileOf: ({ imageFileUid }) => imageFileUid,
        },
        caller,
        (restrictions, { height }) => permitsExport(restrictions, { uid, height }),
      ),

    openPart: (uid, caller) =>
      open(
        {
          kind: 'content',
          key: cacheKeys.contentPart({ uid }),
          load: contentFiles.findPart(uid),
          fileOf: ({ contentFileUid }) => contentFileUid,
        },
        caller,
        (restrictions, part) => permitsPart(restrictions, toPartFacts(part)),
      ),
  }
}
