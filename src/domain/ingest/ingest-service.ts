import { E, O, pipe, TE } from '../../fp.ts'
import type { CachePort } from '../../ports/cache.ts'
import type { ContentFileRepository } from '../../ports/content-file-repository.ts'
import type { ImageFileRepository } from '../../ports/image-file-repository.ts'
import type { ImageProcessor } from '../../ports/image-processor.ts'
import type { JobQueue } from '../../ports/job-queue.ts'
import type { SourceFile } from '../../ports/local-files.ts'
import type { Log } from '../../ports/log.ts'
import type { Sleep } from '../../ports/sleep.ts'
import type { Transcoder } from '../../ports/transcoder.ts'
import type { Trash } from '../../ports/trash.ts'
import type { WorkLocks } from '../../ports/work-locks.ts'
import type { JobKind, JobLease, ReplacedScope } from '../jobs/job.ts'
import type { WorkReport } from '../jobs/work-report.ts'
import type { ContentFileUid, ImageFileUid, JobUid } from '../media/ids.ts'
import type { MediaKind } from '../media/media-kind.ts'
import { type Refused, refused, type Unavailable } from '../shared/errors.ts'
import { createContentIngest } from './content-ingest.ts'
import { discardRefused } from './discard-refused.ts'
import { enqueueWaiting } from './enqueue-waiting.ts'
import { createFindOrAdd, type FindOrAddDeps } from './find-or-add.ts'
import { createImageIngest } from './image-ingest.ts'
import { createMakeExports, fileDeletedRefusal, type MakeExportsResult } from './make-exports.ts'
import type { FileToRegister, LibraryFile, MediaKindIngest } from './media-ingest.ts'
import { createOriginals, missingForNowFailure, originalMissingRefusal } from './originals.ts'
import { retryWhileBusy, type WaitOptions } from './retry-while-busy.ts'
import { sniffFileKind } from './sniff.ts'
import { unsupportedImageReason } from './unsupported-image-reason.ts'
import type { UploadDeps } from './uploads.ts'

/** Kind and uid of a file of the library. */
export type LibraryFileId = Pick<LibraryFile, 'kind' | 'uid'>

/** A file whose original is stored permanently, and which has a row in the database. */
type RegisteredFile = LibraryFileId & {
  readonly state: LibraryFile['stateWhenRead']
  /** The job that makes the exports; `null` unless `state` is `unfinished`. */
  readonly job: JobUid | null
  /** Whether it was in the trash. */
  readonly isRestored: boolean
  /** Whether this call added it; `false` if the library had it already. */
  readonly isNew: boolean
}

/** A file that has the bytes already. */
type TwinFile = Pick<RegisteredFile, 'kind' | 'uid' | 'job' | 'isRestored'>

type Outcome<A> = TE.TaskEither<Refused | Unavailable, A>

/** Adds images, audio and video to the library, and makes their exports. */
export type IngestService = {
  /**
   * Stores the original of a local file, and adds its row and the job for its exports to the database. If the
   * library already has a file with these bytes, returns that file (http-api.md §8.3); if it has no exports
   * and no job, it gets one. If that file is in the trash, it is restored; bytes that were taken down are refused.
   * Waits while another process registers the same bytes. Makes no exports.
   */
  readonly register: (path: string, options: RegisterOptions) => Outcome<RegisteredFile>
  /**
   * Finds the file with these bytes, takes it out of the trash, and gives it a job if it lacks one, as `register` does.
   */
  readonly findTwin: (kind: MediaKind, sha512: string) => Outcome<O.Option<TwinFile>>
  /**
   * Stores the original of a received upload, and adds its row and its job. Returns `false` and adds nothing if the
   * library has these bytes, if they were taken down, or if the upload has ended.
   */
  readonly addReceived: (
    kind: MediaKind,
    source: SourceFile,
    file: FileToRegister,
    signal: AbortSignal,
  ) => Outcome<boolean>
  /**
   * Does the work of a job: makes the exports of a file that has none, or makes those of an older recipe again
   * from the stored original. This takes long, and any process that has the lease can do it. Existing exports
   * are served until they are replaced, and stay if anything fails. Fails with `Unavailable` when aborted.
   */
  readonly makeExports: (file: LibraryFileId, options: MakeExportsOptions) => Outcome<MakeExportsResult>
  /**
   * Deletes a file without exports that another process has refused, if the file at `source` still has its
   * bytes: the sender still has it.
   */
  readonly discardRefused: (file: LibraryFileId, source: string) => TE.TaskEither<Unavailable, void>
  /** Lists the files without exports, oldest first. */
  readonly listUnfinished: TE.TaskEither<Unavailable, ReadonlyArray<LibraryFileId>>
  /** Counts the files whose exports were made by an older recipe. */
  readonly countOutdated: TE.TaskEither<Unavailable, number>
  /**
   * Lists the outdated files of one kind, ordered by uid: at most 100, starting after the uid `after`. If
   * `after` is `null`, starts with the first file.
   */
  readonly listOutdated: (
    kind: MediaKind,
    after: LibraryFile['uid'] | null,
  ) => TE.TaskEither<Unavailable, ReadonlyArray<LibraryFileId>>
  /**
   * Adds a job that makes the exports of a file, or makes them again. Returns the file's waiting or running job
   * of this kind if there is one. Fails with Refused if there is no such file.
   */
  readonly enqueue: (file: LibraryFileId, kind: JobKind) => Outcome<JobUid>
  /** Adds the missing jobs of files that an older release has added. */
  readonly enqueueWaiting: TE.TaskEither<Unavailable, void>
  /** Finds the oldest file of each kind in the library. */
  readonly oldest: TE.TaskEither<Unavailable, OldestFiles>
}

type OldestFiles = {
  /** Whether nothing was ever added, as far as is known: a library whose files were deleted is not empty. */
  readonly isEmpty: boolean
  readonly image: O.Option<ImageFileUid>
  readonly content: O.Option<ContentFileUid>
}

/** A title, and `isPublic: false`, change nothing of a file that the library has already. */
export type RegisterOptions = WaitOptions & Pick<FileToRegister, 'isPublic' | 'title'>

type MakeExportsOptions = {
  /**
   * Path of a local copy of the original. If the copy is refused although it still has the registered bytes,
   * the file is removed from the library. If the copy has changed, or if `source` is `null`, the exports are
   * made from the stored original. That may be the only copy, so it is never removed.
   */
  readonly source: string | null
  readonly kind: JobKind
  readonly replaces?: ReplacedScope
  readonly lease: JobLease
  readonly report: WorkReport
  readonly signal: AbortSignal
}

type Deps = UploadDeps &
  FindOrAddDeps & {
    readonly trash: Pick<Trash, 'hasDeleted'>
    readonly cache: CachePort
    readonly log: Log
    readonly imageFiles: ImageFileRepository
    readonly contentFiles: ContentFileRepository
    readonly images: ImageProcessor
    readonly transcoder: Transcoder
    readonly jobs: JobQueue
    readonly attempts: number
    readonly locks: WorkLocks
    readonly sleep: Sleep
  }

export const createIngestService = (deps: Deps): IngestService => {
  const { files, imageFiles, contentFiles, newUid, jobs, attempts, locks, sleep, trash } = deps
  const imageIngest = createImageIngest(deps)
  const contentIngest = createContentIngest(deps)
  const { find, findOrAdd } = createFindOrAdd(deps)
  const originals = createOriginals(deps)
  const makeExports = createMakeExports(deps)

  const ingestOf = (kind: MediaKind): MediaKindIngest => (kind === 'image' ? imageIngest : contentIngest)

  const findFile = (file: LibraryFileId): Outcome<LibraryFile> =>
    pipe(ingestOf(file.kind).findByUid(file.uid), TE.flatMapEither(E.fromOption(() => fileDeletedRefusal)))

  const enqueue = ({ kind, uid, durationSeconds }: LibraryFile, job: JobKind): Outcome<JobUid> =>
    pipe(
      jobs.enqueue({ uid: newUid.job(), kind: job, media: { kind, uid }, attempts, durationSeconds }),
      TE.mapLeft((failure) => (failure._tag === 'Unavailable' ? failure : fileDeletedRefusal)),
    )

  const jobIfUnfinished = (file: LibraryFile): Outcome<JobUid | null> =>
    file.stateWhenRead === 'unfinished' ? enqueue(file, 'exports') : TE.right(null)

  const registerBy =
    (ingest: MediaKindIngest, source: SourceFile, options: RegisterOptions): Outcome<RegisteredFile> =>
    async () => {
      const attempt = locks.tryWith(`add:${source.sha512}`, (lost) =>
        findOrAdd(ingest, source, options, AbortSignal.any([options.signal, lost])),
      )
      const found = await retryWhileBusy(sleep, attempt, options)
      if (E.isLeft(found)) return found
      const { file, isNew, isRestored } = found.right
      const { kind, uid, stateWhenRead: state } = file
      const job = await jobIfUnfinished(file)()
      return E.isLeft(job) ? job : E.right({ kind, uid, state, job: job.right, isNew, isRestored })
    }

  const registerSource = (source: SourceFile, options: RegisterOptions): Outcome<RegisteredFile> => {
    const reason = unsupportedImageReason(source.head)
    if (reason !== null) return TE.left(refused(reason))
    return registerBy(sniffFileKind(source.head) === 'image' ? imageIngest : contentIngest, source, options)
  }

  // The uid is that of a file of this kind, so the casts are safe.
  const setPublic = (kind: MediaKind, uid: LibraryFile['uid']): TE.TaskEither<Unavailable, void> =>
    kind === 'image'
      ? imageFiles.setPublic(uid as ImageFileUid, true)
      : contentFiles.setPublic(uid as ContentFileUid, true)

  return {
    register: (path, options) =>
      pipe(
        files.withUsablePath(path, (usable) =>
          pipe(
            files.inspect(usable),
            TE.flatMap((source) => registerSource(source, options)),
          ),
        ),
        // A new file is public with its row. This is for one that the library had already.
        TE.tap(({ kind, uid }) => (options.isPublic ? setPublic(kind, uid) : TE.right(undefined))),
      ),

    findTwin: (kind, sha512) =>
      pipe(
        find(ingestOf(kind), sha512),
        TE.flatMap(
          O.match(
            (): Outcome<O.Option<TwinFile>> => TE.right(O.none),
            ({ file, isRestored }) =>
              pipe(
                jobIfUnfinished(file),
                TE.map((job) => O.some({ kind, uid: file.uid, job, isRestored })),
              ),
          ),
        ),
      ),

    addReceived: (kind, source, file, signal) => ingestOf(kind).register(source, file, signal),

    makeExports: (id, { source, kind, replaces = 'outdated', lease, report, signal }) =>
      pipe(
        findFile(id),
        TE.flatMap((file) => {
          if (kind === 'remake') {
            const original = originals.stored(file.original, originalMissingRefusal)
            return makeExports(file, original, { kind: 'replacement', replaces, lease }, report, signal)
          }
          const original =
            source === null
              ? originals.stored(file.original, missingForNowFailure(file.original))
              : originals.source(source, file.original)
          return makeExports(file, original, { kind: 'first', replaces, lease }, report, signal)
        }),
      ),

    discardRefused: (id, source) =>
      pipe(
        ingestOf(id.kind).findByUid(id.uid),
        TE.flatMap(
          O.match(
            () => TE.right(undefined),
            (file) => discardRefused(deps, file, source),
          ),
        ),
      ),

    enqueue: (id, kind) =>
      pipe(
        findFile(id),
        TE.flatMap((file) => enqueue(file, kind)),
      ),

    enqueueWaiting: enqueueWaiting([imageIngest, contentIngest], (file) => enqueue(file, 'exports')),

    listUnfinished: async () => {
      const lists = [await imageIngest.listUnfinished(), await contentIngest.listUnfinished()]
      const failed = lists.find(E.isLeft)
      if (failed !== undefined) return failed
      return E.right(
        lists.flatMap((list) => (E.isRight(list) ? list.right.map(({ kind, uid }) => ({ kind, uid })) : [])),
      )
    },

    countOutdated: pipe(
      imageIngest.countOutdated,
      TE.flatMap((images) =>
        pipe(
          contentIngest.countOutdated,
          TE.map((contents) => images + contents),
        ),
      ),
    ),

    listOutdated: (kind, after) =>
      pipe(
        ingestOf(kind).listOutdated(after),
        TE.map((outdated) => outdated.map(({ uid }) => ({ kind, uid }))),
      ),

    oldest: pipe(
      TE.Do,
      TE.bind('image', () => imageFiles.first),
      TE.bind('content', () => contentFiles.first),
      TE.bind('hasDeleted', () => trash.hasDeleted),
      TE.map(
        ({ image, content, hasDeleted }): OldestFiles => ({
          image,
          content,
          isEmpty: O.isNone(image) && O.isNone(content) && !hasDeleted,
        }),
      ),
    ),
  }
}
