import { E, O, pipe, TE } from '../../fp.ts'
import type { ObjectStore } from '../../ports/object-store.ts'
import type { ProgressStore } from '../../ports/progress-store.ts'
import type { WorkLocks } from '../../ports/work-locks.ts'
import { type Refused, refused, type Unavailable, unavailable } from '../shared/errors.ts'
import type { LibraryFile, LocalCopy, OnProgress, Publication } from './media-ingest.ts'
import { type Original, type SourceOriginal, sourceChangedFailure } from './originals.ts'

/** The outcome of making the exports of a file. */
export type MakeExportsResult =
  | { readonly state: 'made'; readonly warnings: ReadonlyArray<string> }
  /**
   * The exports exist already. Either another process made them, or an earlier attempt of this process did,
   * and the reply to its write did not arrive.
   */
  | { readonly state: 'made elsewhere' }
  /** Another process is making the exports. */
  | { readonly state: 'busy' }

type Deps = { readonly store: ObjectStore; readonly progress: ProgressStore; readonly locks: WorkLocks }

type Outcome = E.Either<Refused | Unavailable, MakeExportsResult>

export const fileDeletedRefusal = refused(
  'it is no longer in the library: it was deleted, or could not be decoded, while its exports were made',
)

/**
 * The state that a file must have, for each kind of publication. If the file has another state, no exports
 * are made.
 */
const requiredState = { first: 'unfinished', replacement: 'outdated' } as const

/** Makes or remakes the exports of a file, unless another process is doing the same or has done it. */
export const createMakeExportsOnce = ({ store, progress, locks }: Deps) => {
  /**
   * Determines why the exports of this process were not added, from the state of the file in the database.
   */
  const reasonNotAdded = async (file: LibraryFile, publication: Publication): Promise<Outcome> => {
    const state = await file.state()
    if (E.isLeft(state)) return state
    if (state.right === 'gone') return E.left(fileDeletedRefusal)
    return state.right === requiredState[publication]
      ? E.left(unavailable('database')('the exports were not added'))
      : E.right({ state: 'made elsewhere' })
  }

  /** Deletes the row of a refused file. Deletes the original only if the row is certainly deleted. */
  const remove = async (file: LibraryFile): Promise<void> => {
    const removed = await file.removeUnfinished()
    const isRemoved = E.isRight(removed) && removed.right
    if (isRemoved) await store.delete(file.original.key)()
  }

  const finish = async (
    file: LibraryFile,
    original: Original | SourceOriginal,
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
      const make = (copy: LocalCopy) => file.makeExports(copy, publication, report, signal)
      const attempt = await original.use(make)()
      const hasChanged = 'stored' in original && E.isLeft(attempt) && attempt.left === sourceChangedFailure
      const result = hasChanged ? await original.stored.use(make)() : attempt
      if (E.isRight(result))
        return result.right.isAdded
          ? E.right({ state: 'made', warnings: result.right.warnings })
          : await reasonNotAdded(file, publication)
      if (result.left._tag === 'Refused') {
        // A slow or failing machine may refuse a good file, so the file is removed only if the added source
        // still has the registered bytes.
        if ('stored' in original && !hasChanged) await remove(file)
        progress.refuse(file.uid, result.left.message)
      }
      return result
    } finally {
      progress.done(file.uid)
    }
  }

  return (
    file: LibraryFile,
    original: Original | SourceOriginal,
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
