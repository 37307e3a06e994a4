import { O, pipe, TE } from '../../fp.ts'
import type { StoredFile } from '../media/stored-file.ts'
import type { Refused, Unavailable } from '../shared/errors.ts'
import {
  type FileState,
  type LibraryFile,
  type MadeExports,
  type MediaIngest,
  stateOfKnown,
} from './media-ingest.ts'
import { recipeVersions } from './recipe-versions.ts'

type Known<U> = {
  readonly uid: U
  readonly original: StoredFile
  readonly exportCount: number
  readonly recipe: number | null
}

/** What the repositories of either kind of file have in common. */
type Repository<U, K extends Known<U>> = {
  readonly findIngested: (uid: U) => TE.TaskEither<Unavailable, O.Option<K>>
  readonly findByOriginal: (sha512: string) => TE.TaskEither<Unavailable, O.Option<K>>
  readonly listUnfinished: TE.TaskEither<Unavailable, ReadonlyArray<K>>
  readonly removeUnfinished: (uid: U) => TE.TaskEither<Unavailable, boolean>
  readonly countOutdated: (recipe: number) => TE.TaskEither<Unavailable, number>
  readonly listOutdated: (recipe: number, after: U | null) => TE.TaskEither<Unavailable, ReadonlyArray<K>>
}

type Options<U, K extends Known<U>> = {
  readonly kind: LibraryFile['kind']
  readonly repository: Repository<U, K>
  readonly makeExports: (
    uid: U,
    ...args: Parameters<LibraryFile['makeExports']>
  ) => TE.TaskEither<Refused | Unavailable, MadeExports>
}

/** Files of one kind that are in the library, as ingestion finds and lists them. */
export const createLibraryFiles = <U extends LibraryFile['uid'], K extends Known<U>>({
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
    // The caller names the kind with the uid.
    findByUid: (uid) => pipe(repository.findIngested(uid as U), TE.map(O.map(inLibrary))),
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
