import type { O, TE } from '../../fp.ts'
import type { FileDetails, FileUpload } from '../../ports/library-repository.ts'
import type { SourceFile } from '../../ports/local-files.ts'
import type { JobLease, ReplacedScope } from '../jobs/job.ts'
import type { WorkReport } from '../jobs/work-report.ts'
import type { ContentFileUid, ImageFileUid, JobUid } from '../media/ids.ts'
import type { MediaKind } from '../media/media-kind.ts'
import type { StoredFile } from '../media/stored-file.ts'
import type { Refused, Unavailable } from '../shared/errors.ts'

/**
 * The result of making exports. `isAdded` is `false` if the file already has other exports, or was deleted
 * meanwhile.
 */
export type CreatedExports = {
  readonly isAdded: boolean
  /** Messages for the person who added the file, one line each. */
  readonly warnings: ReadonlyArray<string>
}

/**
 * State of a file in the library. `unfinished`: it has no exports yet. `finished`: it has exports of the
 * current recipe. `outdated`: an older recipe made some of its exports. `gone`: it was deleted.
 */
export type FileState = 'finished' | 'outdated' | 'unfinished' | 'gone'

/** Returns the state of a file that is in the library. */
export const fileStateOf = (
  { exportCount, recipe }: { readonly exportCount: number; readonly recipe: number | null },
  current: number,
): Exclude<FileState, 'gone'> => {
  if (exportCount === 0) return 'unfinished'
  return recipe !== null && recipe < current ? 'outdated' : 'finished'
}

/** How exports are published. Every publication needs a lease, so that a process that lost it publishes nothing. */
export type Publication = {
  /** `first`: the file has no exports yet. `replacement`: the new exports replace those that `replaces` names. */
  readonly kind: 'first' | 'replacement'
  readonly replaces: ReplacedScope
  readonly lease: JobLease
}

/** A local copy of an original. */
export type LocalCopy = {
  readonly path: string
  /** Fails if the bytes at `path` differ from those of the original. */
  readonly verify: TE.TaskEither<Unavailable, void>
}

/** A file whose original is in the library. */
export type LibraryFile = {
  readonly kind: MediaKind
  readonly uid: ImageFileUid | ContentFileUid
  readonly original: StoredFile
  /** Declared duration in seconds; `null` for an image, or if the duration is unknown. */
  readonly durationSeconds: number | null
  /** The state that the file had when it was read from the database. */
  readonly stateWhenRead: Exclude<FileState, 'gone'>
  /** Reads the current state from the database. */
  readonly state: TE.TaskEither<Unavailable, FileState>
  /**
   * Makes all exports. Publishes them if the copy still has the bytes of the original. Fails with Unavailable
   * when aborted.
   */
  readonly makeExports: (
    copy: LocalCopy,
    publication: Publication,
    report: WorkReport,
    signal: AbortSignal,
  ) => TE.TaskEither<Refused | Unavailable, CreatedExports>
  /** Returns whether the file has no exports, and no job has failed to make them. */
  readonly isWaiting: TE.TaskEither<Unavailable, boolean>
  /** Deletes the row of the file. Returns `false` and changes nothing if the file has exports. */
  readonly removeUnfinished: TE.TaskEither<Unavailable, boolean>
}

/** What is added besides the bytes of a file. */
export type FileToRegister = {
  readonly isPublic: boolean
  /** The title of a new file that is no upload. */
  readonly title?: string
  /** Present for an upload, whose file has its uid and its job before it is added. */
  readonly received?: {
    readonly media: LibraryFile['uid']
    readonly job: JobUid
    readonly details: FileDetails
    readonly upload: FileUpload
    /** It could not be registered for so long that its bytes, and not this machine, are taken to be the cause. */
    readonly isOverdue: boolean
  }
}

/** The steps of ingestion that differ between images and content files. */
export type MediaKindIngest = {
  readonly find: (sha512: string) => TE.TaskEither<Unavailable, O.Option<LibraryFile>>
  readonly findByUid: (uid: LibraryFile['uid']) => TE.TaskEither<Unavailable, O.Option<LibraryFile>>
  /**
   * Stores the original, and adds its row to the database. Returns `false` if the library already has the
   * file. Fails with Refused if the file cannot be decoded, and with Unavailable when aborted. An upload was accepted
   * before: if it cannot be decoded, the file is added all the same, and its job will say why. If it is not certain that its
   * bytes are the cause, that is so once the upload is overdue.
   */
  readonly register: (
    source: SourceFile,
    file: FileToRegister,
    signal: AbortSignal,
  ) => TE.TaskEither<Refused | Unavailable, boolean>
  /** Lists the files without exports, oldest first. */
  readonly listUnfinished: TE.TaskEither<Unavailable, ReadonlyArray<LibraryFile>>
  /** Counts the files whose exports were made by an older recipe. */
  readonly countOutdated: TE.TaskEither<Unavailable, number>
  /**
   * Lists the outdated files, ordered by uid: at most 100, starting after the uid `after`. If `after` is
   * `null`, starts with the first file.
   */
  readonly listOutdated: (
    after: LibraryFile['uid'] | null,
  ) => TE.TaskEither<Unavailable, ReadonlyArray<LibraryFile>>
}
