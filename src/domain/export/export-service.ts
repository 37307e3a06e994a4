import { E, O, pipe, TE } from '../../fp.ts'
import type { BlobCache, BlobOrigin, BlobStream } from '../../ports/blob-cache.ts'
import type { CachePort, Found } from '../../ports/cache.ts'
import { cacheKeys } from '../../ports/cache-keys.ts'
import type { ContentFileRepository } from '../../ports/content-file-repository.ts'
import type { ImageFileRepository } from '../../ports/image-file-repository.ts'
import type { ObjectStore } from '../../ports/object-store.ts'
import type { StaleCache } from '../../ports/stale-cache.ts'
import { createOwnedRead } from '../access/owned-read.ts'
import { permitsExport, permitsPart } from '../access/restrictions.ts'
import type { Viewer } from '../access/viewer.ts'
import type { ImageExportFile } from '../playlist/image-export.ts'
import type { ByteRange } from '../shared/bytes.ts'
import { type BadOrigin, badOrigin, type Forbidden, forbidden, type Unavailable } from '../shared/errors.ts'
import type { ContentPartUid, ImageExportUid, ImageFileUid, StoredFileUid } from '../shared/ids.ts'
import { createReadThrough } from '../shared/read-through.ts'
import { type ContentPartFile, partFacts } from './content-export.ts'

/** Bytes that the caller may have, not read yet. */
export type ServableBytes = {
  readonly contentType: string
  readonly size: number
  /** Lower-case hex. */
  readonly sha256: string
  /** Milliseconds since 1970. */
  readonly lastModified: number
  /** Whether anybody may have them. */
  readonly isPublic: boolean
  readonly read: (range: ByteRange) => TE.TaskEither<BadOrigin | Unavailable, BlobStream>
  /** All of the bytes, when they lie in memory, told without waiting: nobody may write to them. */
  readonly held: () => Uint8Array | null
}

/** The bytes of exports and parts. What is not there is forbidden like another's (wire.md §2.5, W15). */
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

type Located = {
  readonly s3FileUid: StoredFileUid
  readonly s3FileKey: string
  readonly contentType: string
  readonly fileSize: number
  readonly sha256: string
  readonly storedAt: number
}

/** Stands in for the image of an export that is not there: its public flag is asked for, and is never set. */
const noImage = '-' as ImageFileUid

export const createExportService = (deps: Deps): ExportService => {
  const { cache, stale, blobs, store, imageFiles, contentFiles } = deps
  const readThrough = createReadThrough(cache, stale)
  const ownedRead = createOwnedRead(cache)

  const describe = (file: Located, isPublic: boolean): ServableBytes => {
    const key = cacheKeys.storedFile({ uid: file.s3FileUid })
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
      lastModified: file.storedAt,
      isPublic,
      read: (range) => blobs.read(key, facts, range, origin),
      held: () => blobs.held(key, facts),
    }
  }

  const described = {
    open: new WeakMap<Located, ServableBytes>(),
    closed: new WeakMap<Located, ServableBytes>(),
  }

  /** Hot path: while the cache gives the same record, it is described once. */
  const servable = (file: Located, isPublic: boolean): ServableBytes => {
    const known = described[isPublic ? 'open' : 'closed']
    const bytes = known.get(file) ?? describe(file, isPublic)
    known.set(file, bytes)
    return bytes
  }

  const isPublic = (uid: ImageFileUid) =>
    readThrough(cacheKeys.imagePublic({ uid }), imageFiles.isPublic(uid))

  /** Asked once more, and in memory by now: for as long as it stands there, the bytes are anybody's. */
  const servePublic = async (
    file: Found<ImageExportFile>,
  ): Promise<E.Either<Forbidden | Unavailable, Found<ServableBytes>>> => {
    const open = await isPublic(file.value.imageFileUid)()
    if (E.isLeft(open)) return open
    if (!open.right.value) return E.left(forbidden('not_public'))
    const isAtHand = () => file.isAtHand() && open.right.isAtHand()
    return E.right({ ...file, value: servable(file.value, true), isAtHand })
  }

  const mayHaveImage = (viewer: Viewer | null) => (found: O.Option<ImageExportFile>) => {
    const image = O.isSome(found) ? found.value.imageFileUid : noImage
    if (viewer !== null) return TE.right(viewer.grant.sub === image)
    return pipe(
      isPublic(image),
      TE.map(({ value }) => value),
    )
  }

  const isPartOfHis = (viewer: Viewer) => (found: O.Option<ContentPartFile>) =>
    TE.right(O.isSome(found) && found.value.contentFileUid === viewer.grant.sub)

  return {
    openImage: (uid, viewer) => async () => {
      const file = await ownedRead(
        cacheKeys.imageExport({ uid }),
        imageFiles.findExport(uid),
        mayHaveImage(viewer),
      )()
      if (E.isLeft(file)) return file
      const { height } = file.right.value
      if (viewer !== null && !permitsExport(viewer.grant.restrictions, { uid, height }))
        return E.left(forbidden('restriction'))
      if (viewer === null) return servePublic(file.right)
      return E.right({ ...file.right, value: servable(file.right.value, false) })
    },

    openPart: (uid, viewer) => async () => {
      const file = await ownedRead(
        cacheKeys.contentPart({ uid }),
        contentFiles.findPart(uid),
        isPartOfHis(viewer),
      )()
      if (E.isLeft(file)) return file
      return permitsPart(viewer.grant.restrictions, partFacts(file.right.value))
        ? E.right({ ...file.right, value: servable(file.right.value, false) })
        : E.left(forbidden('restriction'))
    },
  }
}
