import { E, O, pipe, TE } from '../../fp.ts'
import type { ObjectStore } from '../../ports/object-store.ts'
import type { ProgressStore } from '../../ports/progress-store.ts'
import type { WorkLocks } from '../../ports/work-locks.ts'
import { type Refused, refused, type Unavailable, unavailable } from '../shared/errors.ts'
import type { CreatedExports, LibraryFile, OnProgress, Publication } from './media-ingest.ts'

/** The result of making the exports of a file. */
export type MakeExportsResult =
  | { readonly state: 'made'; readonly warnings: ReadonlyArray<string> }
  /** The exports exist: another process made them, or an earlier attempt whose reply was lost. */
  | { readonly state: 'made elsewhere' }
  /** Another process is making the exports. */
  | { readonly state: 'busy' }

/** The bytes from which exports are made. */
export type OriginalSource = {
  /** `source`: a file that is being added. `library`: the stored original, possibly the only copy. */
  readonly from: 'source' | 'library'
  /** Calls `make` with the path of a local copy. */
  readonly use: (
    make: (path: string) => TE.TaskEither<Refused | Unavailable, CreatedExports>,
  ) => TE.TaskEither<Refused | Unavailable, CreatedExports>
}

type Deps = { readonly store: ObjectStore; readonly progress: ProgressStore; readonly locks: WorkLocks }

type Outcome = E.Either<Refused | Unavailable, MakeExportsResult>

export const fileDeletedRefusal = refused(
  'it is no longer in the library: it was deleted, or could not be decoded, while its exports were made',
)

/** The state that a file must have before this kind of publication. */
const requiredState = { first: 'unfinished', replacement: 'outdated' } as const

/** Makes or remakes the exports of a file, unless another process is doing the same or has done it. */
export const createMakeExportsOnce = ({ store, progress, locks }: Deps) => {
  /** Determines from the database why this process added nothing. */
  const reasonNotAdded = async (file: LibraryFile, publication: Publication): Promise<Outcome> => {
    const state = await file.state()
    if (E.isLeft(state)) return state
    if (state.right === 'gone') return E.left(fileDeletedRefusal)
    return state.right === requiredState[publication]
      ? E.left(unavailable('database')('the exports were not added'))
      : E.right({ state: 'made elsewhere' })
  }

  /** Deletes the row of a refused file, and its original only if that row is certainly deleted. */
  const remove = async (file: LibraryFile): Promise<void> => {
    const removed = await file.removeUnfinished()
    const isRemoved = E.isRight(removed) && removed.right
    if (isRemoved) await store.delete(file.original.key)()
  }

  const finish = async (
    file: LibraryFile,
    original: OriginalSource,
    publication: Publication,
    onProgress: OnProgress,
    signal: AbortSignal,
  ): Promise<Outcome> => {
    // Another process may have finished the file after it was listed and before the lock was acquired.
    const state = await file.state()
    if (E.isLeft(state)) return state
    if (state.right !== requiredState[publication]) return reasonNotAdded(file, publication)

    const report = (fraction: number) => {
      progress.report(file.uid, fraction)
      onProgress(fraction)
    }
    try {
      report(0)
      const result = await original.use((path) => file.makeExports(path, publication, report, signal))()
      if (E.isRight(result))
        return result.right.isAdded
          ? E.right({ state: 'made', warnings: result.right.warnings })
          : await reasonNotAdded(file, publication)
      if (result.left._tag === 'Refused') {
        // A slow or failing machine may refuse a good file, so it is removed only if its source still exists.
        if (original.from === 'source') await remove(file)
        progress.refuse(file.uid, result.left.message)
      }
      return result
    } finally {
      progress.done(file.uid)
    }
  }

  return (
    file: LibraryFile,
    original: OriginalSource,
    publication: Publication,
    onProgress: OnProgress,
    signal: AbortSignal,
  ): TE.TaskEither<Refused | Unavailable, MakeExportsResult> =>
    pipe(
      locks.tryWith(
        `exports:${file.uid}`,
        (lost) => () => finish(file, original, publication, onProgress, AbortSignal.any([signal, lost])),
      ),
      TE.map(O.getOrElse((): MakeExportsResult => ({ state: 'busy' }))),
    )
}
