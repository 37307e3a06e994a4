import { O, pipe, TE } from '../../fp.ts'
import type { StoredFile } from '../media/stored-file.ts'
import type { Refused, Unavailable } from '../shared/errors.ts'
import {
  type FileState,
  fileStateOf,
  type LibraryFile,
  type MadeExports,
  type MediaIngest,
} from './media-ingest.ts'
import { recipeVersions } from './recipe-versions.ts'

type FileRow<U> = {
  readonly uid: U
  readonly original: StoredFile
  readonly exportCount: number
  readonly recipe: number | null
}

/** The functions that the image and the content file repository share. */
type Repository<U, K extends FileRow<U>> = {
  readonly findIngested: (uid: U) => TE.TaskEither<Unavailable, O.Option<K>>
  readonly findByOriginal: (sha512: string) => TE.TaskEither<Unavailable, O.Option<K>>
  readonly listUnfinished: TE.TaskEither<Unavailable, ReadonlyArray<K>>
  readonly removeUnfinished: (uid: U) => TE.TaskEither<Unavailable, boolean>
  readonly countOutdated: (recipe: number) => TE.TaskEither<Unavailable, number>
  readonly listOutdated: (recipe: number, after: U | null) => TE.TaskEither<Unavailable, ReadonlyArray<K>>
}

type Options<U, K extends FileRow<U>> = {
  readonly kind: LibraryFile['kind']
  readonly repository: Repository<U, K>
  readonly makeExports: (
    uid: U,
    ...args: Parameters<LibraryFile['makeExports']>
  ) => TE.TaskEither<Refused | Unavailable, MadeExports>
}

/** Finds and lists the files of one kind in the library, as ingestion needs them. */
export const createLibraryFiles = <U extends LibraryFile['uid'], K extends FileRow<U>>({
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
      stateWhenRead: fileStateOf(row, recipe),
      state: stateOf(uid),
      makeExports: (...args) => makeExports(uid, ...args),
      removeUnfinished: repository.removeUnfinished(uid),
    }
  }

  return {
    find: (sha512) => pipe(repository.findByOriginal(sha512), TE.map(O.map(toLibraryFile))),
    listUnfinished: pipe(
      repository.listUnfinished,
      TE.map((rows) => rows.map(toLibraryFile)),
    ),
    countOutdated: repository.countOutdated(recipe),
    listOutdated: (after) =>
      pipe(
        // A caller that lists files of this kind passes a uid of this kind.
        repository.listOutdated(recipe, after as U | null),
        TE.map((rows) => rows.map(toLibraryFile)),
      ),
  }
}
