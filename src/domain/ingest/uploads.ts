import { E, type TE } from '../../fp.ts'
import type { FileSlice, LocalFiles } from '../../ports/local-files.ts'
import type { NewUid } from '../../ports/new-uid.ts'
import type { ObjectStore } from '../../ports/object-store.ts'
import type { Unavailable } from '../shared/errors.ts'
import type { StoredFile } from '../shared/stored-file.ts'

export type UploadDeps = {
  readonly files: LocalFiles
  readonly store: ObjectStore
  readonly newUid: NewUid
}

export type Upload = (slice: FileSlice, contentType: string) => TE.TaskEither<Unavailable, StoredFile>

/**
 * Runs `work`, which stores objects and then writes the rows that name them. When it fails, or says `false`
 * because somebody else's rows were there first, what it stored is taken back.
 */
export const withUploads =
  <L>(
    { files, store, newUid }: UploadDeps,
    work: (upload: Upload) => TE.TaskEither<L, boolean>,
  ): TE.TaskEither<L, boolean> =>
  async () => {
    const keys: string[] = []

    const upload: Upload = (slice, contentType) => async () => {
      const digest = await files.digest(slice)()
      if (E.isLeft(digest)) return digest
      const uid = newUid.storedFile()
      const key = `s3_files/${uid}`
      keys.push(key)
      const stored = await store.put(key, { contentType, ...digest.right, open: () => files.open(slice) })()
      return E.isLeft(stored) ? stored : E.right({ uid, key, contentType, ...digest.right })
    }

    const result = await work(upload)()
    const kept = E.isRight(result) && result.right
    // An object that cannot be taken back now is an orphan, which a sweep of the store finds by its missing row.
    if (!kept) for (const key of keys) await store.delete(key)()
    return result
  }
