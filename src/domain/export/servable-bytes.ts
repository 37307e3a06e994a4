import { E, pipe, TE } from '../../fp.ts'
import type { BlobCache, BlobOrigin, BlobStream } from '../../ports/blob-cache.ts'
import { cacheKeys } from '../../ports/cache-keys.ts'
import type { ObjectStore } from '../../ports/object-store.ts'
import type { ByteRange } from '../media/bytes.ts'
import type { StoredFileUid } from '../media/ids.ts'
import { type BadOrigin, badOrigin, type Unavailable } from '../shared/errors.ts'

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
  /** `onArriving`: as in `BlobCache.read`. */
  readonly read: (
    range: ByteRange,
    onArriving?: () => void,
  ) => TE.TaskEither<BadOrigin | Unavailable, BlobStream>
  /** All of the bytes, when they lie in memory, told without waiting: nobody may write to them. */
  readonly peek: () => Uint8Array | null
}

/** A stored file as a row or a cached value tells of it. */
export type StoredObjectRef = {
  readonly s3FileUid: StoredFileUid
  readonly s3FileKey: string
  readonly contentType: string
  readonly fileSize: number
  readonly sha256: string
  readonly storedAt: number
}

type Deps = { readonly blobs: BlobCache; readonly store: ObjectStore }

/** Makes the one function that makes a stored file servable. */
export const createByteSource = ({ blobs, store }: Deps) => {
  const describe = (file: StoredObjectRef, isPublic: boolean): ServableBytes => {
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
      read: (range, onArriving) => blobs.read(key, facts, range, origin, onArriving),
      peek: () => blobs.peek(key, facts),
    }
  }

  const described = {
    open: new WeakMap<StoredObjectRef, ServableBytes>(),
    closed: new WeakMap<StoredObjectRef, ServableBytes>(),
  }

  /** Hot path: while the cache gives the same record, it is described once. */
  return (file: StoredObjectRef, isPublic: boolean): ServableBytes => {
    const known = described[isPublic ? 'open' : 'closed']
    const bytes = known.get(file) ?? describe(file, isPublic)
    known.set(file, bytes)
    return bytes
  }
}
