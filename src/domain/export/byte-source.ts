import { E, pipe, TE } from '../../fp.ts'
import type { BlobCache, BlobOrigin, BlobStream } from '../../ports/blob-cache.ts'
import { cacheKeys } from '../../ports/cache-keys.ts'
import type { ObjectStore } from '../../ports/object-store.ts'
import type { ByteRange } from '../media/bytes.ts'
import type { StoredFileUid } from '../media/ids.ts'
import { type BadOrigin, badOrigin, type Unavailable } from '../shared/errors.ts'
import type { OpenStreams, StreamMoment } from '../shared/open-streams.ts'

/** The file of a body, and the moment before it was decided who may read it (OpenStreams). */
export type BodyOfFile = { readonly file: string; readonly since: StreamMoment }

/** A stored file that the caller is permitted to read. Its bytes are not read yet. */
export type ByteSource = {
  readonly ofFile: BodyOfFile
  readonly contentType: string
  readonly size: number
  /** The sha256 of the bytes, in lower-case hex. */
  readonly sha256: string
  /** Time at which the file was stored, in milliseconds since 1970. */
  readonly lastModified: number
  /** Whether they belong to a public file and were opened without a token. */
  readonly isPublic: boolean
  /** Reads a range of the bytes. `onArriving` is used as in `BlobCache.read`. */
  readonly read: (
    range: ByteRange,
    onArriving?: () => void,
  ) => TE.TaskEither<BadOrigin | Unavailable, BlobStream>
  /**
   * Returns all bytes if they are in memory, otherwise `null`, without waiting. Callers must not modify the
   * bytes.
   */
  readonly peek: () => Uint8Array | null
}

/** A stored file as described by a row of the database, or by a cached value. */
export type StoredObjectRef = {
  readonly s3FileUid: StoredFileUid
  readonly s3FileKey: string
  readonly contentType: string
  readonly fileSize: number
  readonly sha256: string
  readonly storedAt: number
}

type Deps = {
  readonly blobs: BlobCache
  readonly store: ObjectStore
  readonly openStreams: Pick<OpenStreams, 'isEnded'>
}

/** Wraps a stored file as a byte source: metadata, and a reader that opens the file only when it is read. */
export const createByteSource = ({ blobs, store, openStreams }: Deps) => {
  const createSource = (file: StoredObjectRef, isPublic: boolean, ofFile: BodyOfFile): ByteSource => {
    const key = cacheKeys.storedFile({ uid: file.s3FileUid })
    const facts = { size: file.fileSize, sha256: file.sha256 }
    // A fill that begins after a takedown would put the bytes back on the disk.
    const origin: BlobOrigin = (range) => async () =>
      openStreams.isEnded(ofFile.file, ofFile.since)
        ? E.left(badOrigin(`${ofFile.file} was taken down`))
        : readStored(range)()
    const readStored: BlobOrigin = (range) =>
      pipe(
        store.read(file.s3FileKey, range),
        TE.flatMapEither(E.fromOption(() => badOrigin(`${file.s3FileKey} is missing`))),
      )
    return {
      ofFile,
      contentType: file.contentType,
      size: file.fileSize,
      sha256: file.sha256,
      lastModified: file.storedAt,
      isPublic,
      read: (range, onArriving) => blobs.read(key, facts, range, origin, onArriving),
      peek: () => blobs.peek(key, facts),
    }
  }

  const sources = {
    public: new WeakMap<StoredObjectRef, ByteSource>(),
    private: new WeakMap<StoredObjectRef, ByteSource>(),
  }

  /**
   * The byte source is cached for each record, because this code runs for each request, and a cache hit
   * should not create a new byte source. After a takedown and a restore, later readers get another one.
   */
  return (file: StoredObjectRef, isPublic: boolean, ofFile: BodyOfFile): ByteSource => {
    const cached = sources[isPublic ? 'public' : 'private']
    const known = cached.get(file)
    if (known !== undefined && !openStreams.isEnded(known.ofFile.file, known.ofFile.since)) return known
    const bytes = createSource(file, isPublic, ofFile)
    cached.set(file, bytes)
    return bytes
  }
}
