import { E, type TE } from '../../fp.ts'
import type { ObjectStore } from '../../ports/object-store.ts'
import type { WorkReport } from '../jobs/work-report.ts'
import { type Refused, refused, type Unavailable, unavailable } from '../shared/errors.ts'
import { removeUnfinishedFile } from './discard-refused.ts'
import type { FileState, LibraryFile, LocalCopy, Publication } from './media-ingest.ts'
import { type Original, type SourceOriginal, sourceChangedFailure } from './originals.ts'

/** The outcome of making the exports of a file. */
export type MakeExportsResult =
  | { readonly state: 'made'; readonly warnings: ReadonlyArray<string> }
  /**
   * The exports exist already. Either another process made them, or an earlier attempt of this process did,
   * and the reply to its write did not arrive.
   */
  | { readonly state: 'made elsewhere' }

type Outcome = E.Either<Refused | Unavailable, MakeExportsResult>

export const fileDeletedRefusal = refused(
  'it is no longer in the library: it was deleted, or could not be decoded, while its exports were made',
)

/** Returns whether a file in this state needs the publication. If not, no exports are made. */
const isNeeded = (state: FileState, { kind, replaces }: Publication): boolean => {
  if (kind === 'first') return state === 'unfinished'
  return state === 'outdated' || (state === 'finished' && replaces === 'all')
}

/**
 * Makes or remakes the exports of a file, unless that has been done. The caller has a lease, so that no other
 * process does the same.
 */
export const createMakeExports = ({ store }: { readonly store: ObjectStore }) => {
  /**
   * Determines why the exports of this process were not added, from the state of the file in the database.
   */
  const reasonNotAdded = async (file: LibraryFile, publication: Publication): Promise<Outcome> => {
    const state = await file.state()
    if (E.isLeft(state)) return state
    if (state.right === 'gone') return E.left(fileDeletedRefusal)
    return isNeeded(state.right, publication)
      ? E.left(unavailable('database')('the exports were not added'))
      : E.right({ state: 'made elsewhere' })
  }

  return (
    file: LibraryFile,
    original: Original | SourceOriginal,
    publication: Publication,
    report: WorkReport,
    signal: AbortSignal,
  ): TE.TaskEither<Refused | Unavailable, MakeExportsResult> =>
    async () => {
      const state = await file.state()
      if (E.isLeft(state)) return state
      if (!isNeeded(state.right, publication)) return reasonNotAdded(file, publication)

      report.onProgress(0)
      report.onStage('reading')
      const make = (copy: LocalCopy) => {
        report.onStage('making exports')
        return file.makeExports(copy, publication, report, signal)
      }
      const attempt = await original.use(make)()
      const hasChanged = 'stored' in original && E.isLeft(attempt) && attempt.left === sourceChangedFailure
      const result = hasChanged ? await original.stored.use(make)() : attempt
      if (E.isRight(result))
        return result.right.isAdded
          ? E.right({ state: 'made', warnings: result.right.warnings })
          : await reasonNotAdded(file, publication)
      // A slow or failing machine may refuse a good file, so the file is removed only if the added source
      // still has the registered bytes.
      if (result.left._tag === 'Refused' && 'stored' in original && !hasChanged)
        await removeUnfinishedFile({ store }, file)()
      return result
    }
}
