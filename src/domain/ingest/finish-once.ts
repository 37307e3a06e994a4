import { E, O, pipe, TE } from '../../fp.ts'
import type { ObjectStore } from '../../ports/object-store.ts'
import type { ProgressStore } from '../../ports/progress-store.ts'
import type { WorkLocks } from '../../ports/work-locks.ts'
import { type Refused, refused, type Unavailable, unavailable } from '../shared/errors.ts'
import type { LibraryFile, MadeExports, OnProgress, Publication } from './media-ingest.ts'

/** What became of a file that was to be finished. */
export type Finished =
  | { readonly state: 'made'; readonly warnings: ReadonlyArray<string> }
  /** Its exports are there: another process has made them, or an earlier try whose answer was lost. */
  | { readonly state: 'made elsewhere' }
  /** Another process is making them. */
  | { readonly state: 'busy' }

/** The bytes that exports are made from. */
export type Original = {
  /** A file that is being added, or the library's own original: that may be the only copy there is. */
  readonly from: 'source' | 'library'
  /** Hands a local copy to `make`. */
  readonly use: (
    make: (path: string) => TE.TaskEither<Refused | Unavailable, MadeExports>,
  ) => TE.TaskEither<Refused | Unavailable, MadeExports>
}

type Deps = { readonly store: ObjectStore; readonly progress: ProgressStore; readonly locks: WorkLocks }

type Outcome = E.Either<Refused | Unavailable, Finished>

export const gone = refused(
  'it is no longer in the library: it was deleted, or could not be decoded, while its exports were made',
)

/** The state of a file for which exports of this kind are wanted. */
const wanting = { first: 'unfinished', anew: 'outdated' } as const

/** Makes the exports of a file, or makes them anew, unless another process does, or has done, the same. */
export const createFinishOnce = ({ store, progress, locks }: Deps) => {
  /** What to say when this process has added nothing: the database knows why. */
  const whyNotAdded = async (file: LibraryFile, publication: Publication): Promise<Outcome> => {
    const state = await file.state()
    if (E.isLeft(state)) return state
    if (state.right === 'gone') return E.left(gone)
    return state.right === wanting[publication]
      ? E.left(unavailable('database')('the exports were not added'))
      : E.right({ state: 'made elsewhere' })
  }

  /** What is refused was not added: its row goes, and then its original, once nothing names it for sure. */
  const remove = async (file: LibraryFile): Promise<void> => {
    const removed = await file.removeUnfinished()
    const isGone = E.isRight(removed) && removed.right
    if (isGone) await store.delete(file.original.key)()
  }

  const finish = async (
    file: LibraryFile,
    original: Original,
    publication: Publication,
    onProgress: OnProgress,
    signal: AbortSignal,
  ): Promise<Outcome> => {
    // Between the list in which it stood and the lock, another process may have finished it.
    const state = await file.state()
    if (E.isLeft(state)) return state
    if (state.right !== wanting[publication]) return whyNotAdded(file, publication)

    const tell = (fraction: number) => {
      progress.report(file.uid, fraction)
      onProgress(fraction)
    }
    try {
      tell(0)
      const made = await original.use((path) => file.makeExports(path, publication, tell, signal))()
      if (E.isRight(made))
        return made.right.isAdded
          ? E.right({ state: 'made', warnings: made.right.warnings })
          : await whyNotAdded(file, publication)
      if (made.left._tag === 'Refused') {
        // A slow or failing machine refuses as well. Where the source is at hand nothing is lost by that.
        if (original.from === 'source') await remove(file)
        progress.refuse(file.uid, made.left.message)
      }
      return made
    } finally {
      progress.done(file.uid)
    }
  }

  return (
    file: LibraryFile,
    original: Original,
    publication: Publication,
    onProgress: OnProgress,
    signal: AbortSignal,
  ): TE.TaskEither<Refused | Unavailable, Finished> =>
    pipe(
      locks.tryWith(
        `exports:${file.uid}`,
        (lost) => () => finish(file, original, publication, onProgress, AbortSignal.any([signal, lost])),
      ),
      TE.map(O.getOrElse((): Finished => ({ state: 'busy' }))),
    )
}
