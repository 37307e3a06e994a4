import { E, type TE } from '../../fp.ts'
import type { FileSlice, LocalFiles } from '../../ports/local-files.ts'
import type { NewUid } from '../../ports/new-uid.ts'
import type { ObjectStore } from '../../ports/object-store.ts'
import type { ByteStream } from '../media/bytes.ts'
import type { StoredFile } from '../media/stored-file.ts'
import { storedFileKey } from '../media/stored-file-key.ts'
import type { Refused, Unavailable } from '../shared/errors.ts'
import { workStoppedFailure } from '../shared/work-stopped.ts'
import { deleteUnreferenced, proveNothingWritten } from './delete-unreferenced.ts'

export type UploadDeps = {
  readonly files: LocalFiles
  readonly store: ObjectStore
  readonly newUid: NewUid
}

type Digest = Pick<StoredFile, 'size' | 'sha256'>

/**
 * Uploads a slice of a file. If the digest `known` is given, the slice is not read to compute its digest;
 * instead the store verifies the bytes against `known`.
 */
export type UploadSlice = (
  slice: FileSlice,
  contentType: string,
  known?: Digest,
) => TE.TaskEither<Unavailable, StoredFile>

/**
 * Runs `work`, which stores objects and then writes the rows that refer to them. Deletes the objects if the
 * rows were certainly not written: either `work` failed before it wrote them, or another process wrote its
 * rows first (`false`). If it is unknown whether the rows were written, the objects stay. An object whose
 * `put` failed also stays. The sweep of the object store deletes such objects if they are orphans. Once
 * `signal` is aborted, no upload starts or completes.
 */
export const withUploads =
  <L extends Refused | Unavailable>(
    { files, store, newUid }: UploadDeps,
    signal: AbortSignal,
    work: (upload: UploadSlice) => TE.TaskEither<L, boolean>,
  ): TE.TaskEither<L, boolean> =>
  async () => {
    const keys: string[] = []

    const upload: UploadSlice = (slice, contentType, known) => async () => {
      if (signal.aborted) return E.left(workStoppedFailure)
      const digest = known === undefined ? await files.digest(slice)() : E.right(known)
      if (E.isLeft(digest)) return digest
      const { size, sha256 } = digest.right
      const uid = newUid.storedFile()
      const key = storedFileKey(uid)
      const stored = await store.put(key, {
        contentType,
        size,
        sha256,
        open: () => untilAborted(files.open(slice), signal),
      })()
      if (E.isLeft(stored)) return stored
      keys.push(key)
      return E.right({ uid, key, contentType, size, sha256 })
    }

    const result = await work(upload)()
    const noEffect = proveNothingWritten(result)
    if (noEffect !== null) await deleteUnreferenced(store, keys, noEffect)
    return result
  }

/** Yields the bytes, and throws once `signal` is aborted. A store discards a body that ends with an error. */
async function* untilAborted(bytes: ByteStream, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    if (signal.aborted) throw new Error('it was stopped before its end')
    yield chunk
  }
}
