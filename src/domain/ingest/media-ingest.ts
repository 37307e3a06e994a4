import type { O, TE } from '../../fp.ts'
import type { SourceFile } from '../../ports/local-files.ts'
import type { MediaKind } from '../../ports/media-tokens.ts'
import type { Refused, Unavailable } from '../shared/errors.ts'
import type { ContentFileUid, ImageFileUid } from '../shared/ids.ts'
import type { StoredFile } from '../shared/stored-file.ts'

/** Told the finished fraction, from 0 to 1. */
export type OnProgress = (fraction: number) => void

/** A file whose original is in the library. */
export type LibraryFile = {
  readonly kind: MediaKind
  readonly uid: ImageFileUid | ContentFileUid
  readonly original: StoredFile
  readonly isFinished: boolean
  /** Makes and stores all exports of the original, a copy of which is at `path`; gives warnings for people. */
  readonly makeExports: (
    path: string,
    onProgress: OnProgress,
  ) => TE.TaskEither<Refused | Unavailable, ReadonlyArray<string>>
  /** Takes its row out again. `false`, and nothing changed, when it has exports. */
  readonly removeUnfinished: TE.TaskEither<Unavailable, boolean>
}

/** The steps of ingestion in which pictures differ from sound and film. */
export type MediaIngest = {
  readonly find: (sha512: string) => TE.TaskEither<Unavailable, O.Option<LibraryFile>>
  /** Stores the original and its row; `false` when it was known already. `Refused` when it cannot be decoded. */
  readonly register: (source: SourceFile) => TE.TaskEither<Refused | Unavailable, boolean>
  /** Oldest first. */
  readonly listUnfinished: TE.TaskEither<Unavailable, ReadonlyArray<LibraryFile>>
}
