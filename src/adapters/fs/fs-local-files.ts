import { rename, rm, symlink, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import {
  type Refused,
  refused,
  type Unavailable,
  unavailable,
  unavailableForInput,
} from '../../domain/shared/errors.ts'
import { storeFailureOf } from '../../domain/shared/stream-failure.ts'
import { E, TE } from '../../fp.ts'
import type { LocalFiles } from '../../ports/local-files.ts'
import { ensurePrivateFolder } from '../platform/ensure-folder.ts'
import { failedWithFile } from '../platform/errno.ts'
import type { ProcessLiveness } from '../platform/process-liveness.ts'
import { withDraftFile } from '../platform/with-draft-file.ts'
import { hasFileBytes, inspectFile } from './inspect-file.ts'
import { findLossyPaths } from './lossy-path.ts'
import { digestSlice, readSlice } from './read-slice.ts'
import { createScratchFolder, removeOrphanedScratchFolders } from './scratch-folders.ts'

const failed = unavailable('local files')

/** A failure of the store that sends the bytes stays one of the store. A damaged object is damaged each time. */
const writeFailed = (cause: unknown): Unavailable => {
  const ofStore = storeFailureOf(cause)
  if (ofStore === null) return failed(cause)
  return ofStore._tag === 'Unavailable' ? ofStore : unavailableForInput('object store')(ofStore.what)
}

/**
 * Implements LocalFiles on the disk of this machine. Creates `scratchDir` if it is missing. Processes can
 * share this folder; processes in different pid namespaces must also share the folder with which they see
 * which processes are alive (process-liveness.ts).
 */
export const createFsLocalFiles = async (
  scratchDir: string,
  liveness: ProcessLiveness,
): Promise<LocalFiles> => {
  await ensurePrivateFolder(scratchDir)
  await removeOrphanedScratchFolders(scratchDir, liveness.stateOf)
  let writes = 0

  const withScratch =
    <L, A>(work: (folder: string) => TE.TaskEither<L, A>): TE.TaskEither<L | Unavailable, A> =>
    async () => {
      const { identity, release } = await liveness.announce()
      const folder = await TE.tryCatch(() => createScratchFolder(scratchDir, identity), failed)()
      if (E.isLeft(folder)) {
        release()
        return folder
      }
      try {
        return await work(folder.right)()
      } finally {
        // A folder that cannot be removed now is removed at the next start. The failure is ignored, because
        // the work has succeeded.
        await rm(folder.right, { recursive: true, force: true, maxRetries: 3 }).catch(() => {})
        release()
      }
    }

  /**
   * Runs `work` with a path that links to `target`. The link has the decoded name of the file, because ingest
   * stores that name.
   */
  const throughLink = <L, A>(target: Buffer, path: string, work: (path: string) => TE.TaskEither<L, A>) =>
    withScratch((folder) => async (): Promise<E.Either<L | Unavailable, A>> => {
      const link = join(folder, basename(path))
      const linked = await TE.tryCatch(() => symlink(target, link), failed)()
      return E.isLeft(linked) ? linked : work(link)()
    })

  return {
    inspect: inspectFile,
    hasBytes: hasFileBytes,
    digest: (slice) => TE.tryCatch(() => digestSlice(slice), failedWithFile('local files')),
    open: readSlice,
    write: (path, bytes) =>
      TE.tryCatch(async () => {
        writes += 1
        await withDraftFile(`${path}.${writes}.unfinished`, async (draft) => {
          // There is no fsync: it takes seconds for gigabytes, and these files are created again after a
          // power loss.
          await writeFile(draft, bytes, { mode: 0o600 })
          await rename(draft, path)
        })
      }, writeFailed),
    withScratch,
    withUsablePath:
      <L, A>(
        path: string,
        work: (path: string) => TE.TaskEither<L, A>,
      ): TE.TaskEither<L | Refused | Unavailable, A> =>
      async () => {
        const paths = await TE.tryCatch(() => findLossyPaths(path), failed)()
        if (E.isLeft(paths)) return paths
        const [target, second] = paths.right ?? []
        if (second !== undefined)
          return E.left(refused('several files have this name: rename the one that you want to add'))
        return target === undefined ? work(path)() : throughLink(target, path, work)()
      },
  }
}
