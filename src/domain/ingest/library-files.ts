import { O, pipe, TE } from '../../fp.ts'
import type { IngestedFile, LibraryRepository, NewLibraryFile } from '../../ports/library-repository.ts'
import type { Refused, Unavailable } from '../shared/errors.ts'
import {
  type CreatedExports,
  type FileState,
  fileStateOf,
  type LibraryFile,
  type MediaKindIngest,
} from './media-ingest.ts'
import { recipeVersions } from './recipe-versions.ts'

/** The functions that the image and the content file repository share. */
type Repository<U extends string, K extends IngestedFile<U>> = Pick<
  LibraryRepository<U, NewLibraryFile<U>, K, never, never>,
  | 'findIngested'
  | 'findByOriginal'
  | 'findState'
  | 'listUnfinished'
  | 'removeUnfinished'
  | 'countOutdated'
  | 'listOutdated'
>

type Options<U extends string, K extends IngestedFile<U>> = {
  readonly kind: LibraryFile['kind']
  readonly durationOf: (row: K) => number | null
  readonly repository: Repository<U, K>
  readonly makeExports: (
    uid: U,
    ...args: Parameters<LibraryFile['makeExports']>
  ) => TE.TaskEither<Refused | Unavailable, CreatedExports>
}

/** Creates the functions with which ingestion finds and lists the files of one kind. */
export const createLibraryFiles = <U extends LibraryFile['uid'], K extends IngestedFile<U>>({
  kind,
  durationOf,
  repository,
  makeExports,
}: Options<U, K>): Omit<MediaKindIngest, 'register'> => {
  const recipe = recipeVersions[kind]

  const stateOf = (uid: U): TE.TaskEither<Unavailable, FileState> =>
    pipe(
      repository.findIngested(uid),
      TE.map(
        O.match(
          (): FileState => 'gone',
          (row) => fileStateOf(row, recipe),
        ),
      ),
    )

  const toLibraryFile = (row: K): LibraryFile => {
    const { uid, original } = row
    return {
      kind,
      uid,
      original,
      durationSeconds: durationOf(row),
      stateWhenRead: fileStateOf(row, recipe),
      state: stateOf(uid),
      isWaiting: pipe(
        repository.findState(uid),
        TE.map((found) => O.isSome(found) && found.value.state !== 'ready' && found.value.state !== 'failed'),
      ),
      makeExports: (...args) => makeExports(uid, ...args),
      removeUnfinished: repository.removeUnfinished(uid),
    }
  }

  return {
    // Every caller passes a uid of this kind, so the cast is safe.
    findByUid: (uid) => pipe(repository.findIngested(uid as U), TE.map(O.map(toLibraryFile))),
    find: (sha512) => pipe(repository.findByOriginal(sha512), TE.map(O.map(toLibraryFile))),
    listUnfinished: pipe(
      repository.listUnfinished,
      TE.map((rows) => rows.map(toLibraryFile)),
    ),
    countOutdated: repository.countOutdated(recipe),
    listOutdated: (after) =>
      pipe(
        // A caller that lists files of this kind passes a uid of this kind, so the cast is safe.
        repository.listOutdated(recipe, after as U | null),
        TE.map((rows) => rows.map(toLibraryFile)),
      ),
  }
}
