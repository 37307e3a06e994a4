import { O, pipe, TE } from '../../fp.ts'
import type { IngestedFile, LibraryRepository, NewLibraryFile } from '../../ports/library-repository.ts'
import type { Refused, Unavailable } from '../shared/errors.ts'
import {
  type FileState,
  type LibraryFile,
  type MadeExports,
  type MediaIngest,
  stateOfKnown,
} from './media-ingest.ts'
import { recipeVersions } from './recipe-versions.ts'

/** What the repositories of either kind of file have in common. */
type Repository<U extends string, K extends IngestedFile<U>> = Pick<
  LibraryRepository<U, NewLibraryFile<U>, K, never, never>,
  'findIngested' | 'findByOriginal' | 'listUnfinished' | 'removeUnfinished' | 'countOutdated' | 'listOutdated'
>

type Options<U extends string, K extends IngestedFile<U>> = {
  readonly kind: LibraryFile['kind']
  readonly repository: Repository<U, K>
  readonly makeExports: (
    uid: U,
    ...args: Parameters<LibraryFile['makeExports']>
  ) => TE.TaskEither<Refused | Unavailable, MadeExports>
}

/** Files of one kind that are in the library, as ingestion finds and lists them. */
export const createLibraryFiles = <U extends LibraryFile['uid'], K extends IngestedFile<U>>({
  kind,
  repository,
  makeExports,
}: Options<U, K>): Omit<MediaIngest, 'register'> => {
  const recipe = recipeVersions[kind]

  const stateOf = (uid: U): TE.TaskEither<Unavailable, FileState> =>
    pipe(
      repository.findIngested(uid),
      TE.map(
        O.match(
          (): FileState => 'gone',
          (known) => stateOfKnown(known, recipe),
        ),
      ),
    )

  const inLibrary = (known: K): LibraryFile => {
    const { uid, original } = known
    return {
      kind,
      uid,
      original,
      stateThen: stateOfKnown(known, recipe),
      state: stateOf(uid),
      makeExports: (...args) => makeExports(uid, ...args),
      removeUnfinished: repository.removeUnfinished(uid),
    }
  }

  return {
    find: (sha512) => pipe(repository.findByOriginal(sha512), TE.map(O.map(inLibrary))),
    listUnfinished: pipe(
      repository.listUnfinished,
      TE.map((known) => known.map(inLibrary)),
    ),
    countOutdated: repository.countOutdated(recipe),
    listOutdated: (after) =>
      pipe(
        // Who lists files of this kind has a uid of one.
        repository.listOutdated(recipe, after as U | null),
        TE.map((known) => known.map(inLibrary)),
      ),
  }
}
