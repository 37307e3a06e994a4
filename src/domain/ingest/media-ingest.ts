import type { O, TE } from '../../fp.ts'
import type { SourceFile } from '../../ports/local-files.ts'
import type { MediaKind } from '../../ports/media-tokens.ts'
import type { ContentFileUid, ImageFileUid } from '../media/ids.ts'
import type { StoredFile } from '../media/stored-file.ts'
import { type Refused, type Unavailable, unavailable } from '../shared/errors.ts'

/** Called with the finished fraction, from 0 to 1. */
export type OnProgress = (fraction: number) => void

/** What became of exports that were made. `isAdded` is false when the file has others already, or is gone. */
export type MadeExports = {
  readonly isAdded: boolean
  /** What a person should know, a line each. */
  readonly warnings: ReadonlyArray<string>
}

/** `outdated`: it has exports, and an older recipe made them. */
export type FileState = 'finished' | 'outdated' | 'unfinished' | 'gone'

/** The state of a file that is in the library. */
export const stateOfKnown = (
  { exportCount, recipe }: { readonly exportCount: number; readonly recipe: number | null },
  current: number,
): Exclude<FileState, 'gone'> => {
  if (exportCount === 0) return 'unfinished'
  return recipe !== null && recipe < current ? 'outdated' : 'finished'
}

/** Where exports go that were made: to a file that has none, or in place of those of an older recipe. */
export type Publication = 'first' | 'anew'

/** A file whose original is in the library. */
export type LibraryFile = {
  readonly kind: MediaKind
  readonly uid: ImageFileUid | ContentFileUid
  readonly original: StoredFile
  /** How it was when the database was asked. */
  readonly stateThen: Exclude<FileState, 'gone'>
  /** Asks the database how it is now. */
  readonly state: TE.TaskEither<Unavailable, FileState>
  /** Makes and stores all exports of the original, a copy of which is at `path`. `Unavailable` once aborted. */
  readonly makeExports: (
    path: string,
    publication: Publication,
    onProgress: OnProgress,
    signal: AbortSignal,
  ) => TE.TaskEither<Refused | Unavailable, MadeExports>
  /** Takes its row out again. `false`, and nothing changed, when it has exports. */
  readonly removeUnfinished: TE.TaskEither<Unavailable, boolean>
}

/** The steps of ingestion in which pictures differ from sound and film. */
export type MediaIngest = {
  readonly find: (sha512: string) => TE.TaskEither<Unavailable, O.Option<LibraryFile>>
  readonly findByUid: (uid: LibraryFile['uid']) => TE.TaskEither<Unavailable, O.Option<LibraryFile>>
  /**
   * Stores the original and its row; `false` when it was known already. `Refused` when it cannot be decoded,
   * `Unavailable` once aborted.
   */
  readonly register: (
    source: SourceFile,
    signal: AbortSignal,
  ) => TE.TaskEither<Refused | Unavailable, boolean>
  /** Oldest first. */
  readonly listUnfinished: TE.TaskEither<Unavailable, ReadonlyArray<LibraryFile>>
  /** Files whose exports an older recipe made. */
  readonly countOutdated: TE.TaskEither<Unavailable, number>
  /** These by uid, from behind `after` on (`null`: from the first on), a hundred at most. */
  readonly listOutdated: (
    after: LibraryFile['uid'] | null,
  ) => TE.TaskEither<Unavailable, ReadonlyArray<LibraryFile>>
}

/** What work gives that was aborted: the file is not to blame. */
export const ingestStopped = unavailable('work')('it was stopped before its end')
