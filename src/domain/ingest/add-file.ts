import { E, type TE } from '../../fp.ts'
import type { JobWork } from '../jobs/job-work.ts'
import type { Refused, Unavailable } from '../shared/errors.ts'
import type { IngestService, LibraryFileId } from './ingest-service.ts'

type AddedFile = LibraryFileId & {
  /** `queued`: the exports are not made yet; a worker makes them. */
  readonly state: 'ready' | 'queued'
  /** Warnings for the person who added the file, one line each. */
  readonly warnings: ReadonlyArray<string>
}

export type AddOptions = {
  /** Whether every caller may see the file. */
  readonly isPublic: boolean
  /** The title of a new file. A file that is in the library keeps its own. */
  readonly title?: string
  /** If `true`, the file is only queued, and any worker makes its exports later. */
  readonly isOnlyQueued?: boolean
  /** Called as soon as the file has a uid. */
  readonly onRegistered: (file: LibraryFileId) => void
  readonly onProgress: (fraction: number) => void
  /** Called once if another process is adding the same bytes. */
  readonly onWaiting?: () => void
  readonly signal?: AbortSignal
}

type Deps = {
  readonly ingest: Pick<IngestService, 'register' | 'discardRefused'>
  readonly jobWork: Pick<JobWork, 'finish'>
}

const outdatedWarning =
  'its exports were made by an older recipe: `larder remake --outdated` makes them again'

const restoredWarning = 'it was in the trash, and is restored'

/**
 * Registers a file of this machine, and waits until its exports are made: by a worker, or by this process if
 * there is none. If the file is refused, its original and its row are removed again, unless the library had the
 * file before: then it stays, because others may know its uid, and its failed job says why it has no exports.
 */
export const addFile =
  (
    { ingest, jobWork }: Deps,
    path: string,
    options: AddOptions,
  ): TE.TaskEither<Refused | Unavailable, AddedFile> =>
  async () => {
    const { isPublic, title, isOnlyQueued = false, onRegistered, onProgress } = options
    const { signal = new AbortController().signal } = options
    const { onWaiting = () => {} } = options
    const registered = await ingest.register(path, {
      isPublic,
      ...(title !== undefined && { title }),
      onWaiting,
      signal,
    })()
    if (E.isLeft(registered)) return registered
    const { kind, uid, state, job, isNew, isRestored } = registered.right
    const restored = isRestored ? [restoredWarning] : []
    onRegistered({ kind, uid })
    if (state === 'outdated')
      return E.right({ kind, uid, state: 'ready', warnings: [...restored, outdatedWarning] })
    if (job === null) return E.right({ kind, uid, state: 'ready', warnings: restored })
    if (isOnlyQueued) return E.right({ kind, uid, state: 'queued', warnings: restored })

    // Without a source the exports are made from the stored original, which is never removed.
    const finished = await jobWork.finish(job, { source: isNew ? path : null, onProgress, signal })
    if (E.isRight(finished))
      return E.right({ kind, uid, state: 'ready', warnings: [...restored, ...finished.right.warnings] })
    const { error, isRefusedElsewhere } = finished.left
    if (isRefusedElsewhere && isNew) await ingest.discardRefused({ kind, uid }, path)()
    return E.left(error)
  }
