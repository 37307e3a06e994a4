import { E, O, pipe, TE } from '../../fp.ts'
import type { CachePort } from '../../ports/cache.ts'
import type { ContentFileRepository } from '../../ports/content-file-repository.ts'
import type { ImageFileRepository } from '../../ports/image-file-repository.ts'
import type { ImageProcessor } from '../../ports/image-processor.ts'
import type { SourceFile } from '../../ports/local-files.ts'
import type { Log } from '../../ports/log.ts'
import type { ProgressStore } from '../../ports/progress-store.ts'
import type { Sleep } from '../../ports/sleep.ts'
import type { Transcoder } from '../../ports/transcoder.ts'
import type { WorkLocks } from '../../ports/work-locks.ts'
import type { ContentFileUid, ImageFileUid } from '../media/ids.ts'
import type { MediaKind } from '../media/media-kind.ts'
import { type Refused, refused, type Unavailable, unavailable } from '../shared/errors.ts'
import { createContentIngest } from './content-ingest.ts'
import { createImageIngest } from './image-ingest.ts'
import { createMakeExportsOnce, fileDeletedRefusal, type MakeExportsResult } from './make-exports-once.ts'
import type { LibraryFile, MediaKindIngest, OnProgress } from './media-ingest.ts'
import { createOriginals, fileChangedRefusal, originalMissingRefusal } from './originals.ts'
import { retryWhileBusy, type WaitOptions } from './retry-while-busy.ts'
import { sniffFileKind } from './sniff.ts'
import { unsupportedImageReason } from './unsupported-image-reason.ts'
import type { UploadDeps } from './uploads.ts'

/** Kind and uid of a file of the library. */
export type LibraryFileId = Pick<LibraryFile, 'kind' | 'uid'>

/** A file whose original is stored permanently, and which has a row in the database. */
type RegisteredFile = LibraryFileId & { readonly state: LibraryFile['stateWhenRead'] }

type Outcome<A> = TE.TaskEither<Refused | Unavailable, A>

/** Adds images, audio and video to the library, and makes their exports. */
export type IngestService = {
  /**
   * Stores the original of a local file, and adds its row to the database. If the library already has a file
   * with these bytes, returns that file (http-api.md §8.3). Waits while another process registers the same
   * bytes. Makes no exports.
   */
  readonly register: (path: string, options: RegisterOptions) => Outcome<RegisteredFile>
  /**
   * Makes the exports of a file that has none. This takes long, and any process can do it, not only the one
   * that registered the file. Returns `busy` without waiting if another process is making them. Fails with
   * `Unavailable` when aborted.
   */
  readonly makeExports: (file: LibraryFileId, options: MakeExportsOptions) => Outcome<MakeExportsResult>
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
  ) => TE.TaskEither<Unavailable, ReadonlyArray<OutdatedFile>>
  /** Finds the oldest file of each kind in the library. */
  readonly oldest: TE.TaskEither<Unavailable, OldestFiles>
}

type OldestFiles = {
  readonly image: O.Option<ImageFileUid>
  readonly content: O.Option<ContentFileUid>
}

export type OutdatedFile = LibraryFileId & {
  /**
   * Makes the exports again from the stored original, and then replaces the old ones. The old exports are
   * served until they are replaced, and stay if anything fails. Returns `busy` if another process is making
   * the exports.
   */
  readonly remake: (onProgress: OnProgress, signal: AbortSignal) => Outcome<MakeExportsResult>
}

export type RegisterOptions = WaitOptions & {
  /** Whether every client may view the file. May be `true` for images only. */
  readonly isPublic: boolean
}

export type MakeExportsOptions = {
  /**
   * Path of a local copy of the original. If the copy is refused although it still has the registered bytes,
   * the file is removed from the library. If the copy has changed, or if `source` is `null`, the exports are
   * made from the stored original. That may be the only copy, so it is never removed.
   */
  readonly source: string | null
  readonly onProgress: OnProgress
  readonly signal: AbortSignal
}

type Deps = UploadDeps & {
  readonly cache: CachePort
  readonly log: Log
  readonly imageFiles: ImageFileRepository
  readonly contentFiles: ContentFileRepository
  readonly images: ImageProcessor
  readonly transcoder: Transcoder
  readonly progress: ProgressStore
  readonly locks: WorkLocks
  readonly sleep: Sleep
}

export const createIngestService = (deps: Deps): IngestService => {
  const { files, imageFiles, contentFiles, locks, sleep } = deps
  const imageIngest = createImageIngest(deps)
  const contentIngest = createContentIngest(deps)

  /**
   * Registers the file. If registering fails and the file has changed since it was inspected, the failure is
   * `fileChangedRefusal`: the store refuses changed bytes, and a decoder that reads them may report any error.
   */
  const registerUnchanged =
    (ingest: MediaKindIngest, source: SourceFile, signal: AbortSignal): Outcome<boolean> =>
    async () => {
      const registered = await ingest.register(source, signal)()
      if (E.isRight(registered) || signal.aborted) return registered
      const isUnchanged = await files.hasBytes(source.path, source)()
      return E.isRight(isUnchanged) && isUnchanged.right ? registered : E.left(fileChangedRefusal)
    }

  /** Finds the file by its SHA-512, or registers it. */
  const findOrAdd = (
    ingest: MediaKindIngest,
    source: SourceFile,
    signal: AbortSignal,
  ): Outcome<LibraryFile> =>
    pipe(
      ingest.find(source.sha512),
      TE.flatMap(
        (found): Outcome<LibraryFile> =>
          O.isSome(found)
            ? TE.right(found.value)
            : pipe(
                registerUnchanged(ingest, source, signal),
                TE.flatMap(() => ingest.find(source.sha512)),
                TE.flatMapEither(E.fromOption(() => unavailable('database')(`${source.name} is gone again`))),
              ),
      ),
    )

  const originals = createOriginals(deps)
  const finishOnce = createMakeExportsOnce(deps)

  const registerBy =
    (ingest: MediaKindIngest, source: SourceFile, waiting: WaitOptions): Outcome<RegisteredFile> =>
    async () => {
      const attempt = locks.tryWith(`add:${source.sha512}`, (lost) =>
        findOrAdd(ingest, source, AbortSignal.any([waiting.signal, lost])),
      )
      const file = await retryWhileBusy(sleep, attempt, waiting)
      if (E.isLeft(file)) return file
      const { kind, uid, stateWhenRead } = file.right
      return E.right({ kind, uid, state: stateWhenRead })
    }

  const registerSource = (source: SourceFile, options: RegisterOptions): Outcome<RegisteredFile> => {
    const reason = unsupportedImageReason(source.head)
    if (reason !== null) return TE.left(refused(reason))
    const sniffed = sniffFileKind(source.head)
    if (sniffed === 'other' && options.isPublic)
      return TE.left(refused('only pictures can be public, and this file is not a picture'))
    return registerBy(sniffed === 'image' ? imageIngest : contentIngest, source, options)
  }

  return {
    register: (path, options) =>
      pipe(
        files.withUsablePath(path, (usable) =>
          pipe(
            files.inspect(usable),
            TE.flatMap((source) => registerSource(source, options)),
          ),
        ),
        TE.tap(({ kind, uid }) =>
          // The kind is checked, so the uid is that of an image. A public file of another kind was refused
          // before.
          options.isPublic && kind === 'image'
            ? imageFiles.setPublic(uid as ImageFileUid, true)
            : TE.right(undefined),
        ),
      ),

    makeExports: ({ kind, uid }, { source, onProgress, signal }) =>
      pipe(
        (kind === 'image' ? imageIngest : contentIngest).findByUid(uid),
        TE.flatMapEither(E.fromOption(() => fileDeletedRefusal)),
        TE.flatMap((file) => {
          const missing = unavailable('object store')(`${file.original.key} is missing`)
          const original =
            source === null
              ? originals.stored(file.original, missing)
              : originals.source(source, file.original)
          return finishOnce(file, original, 'first', onProgress, signal)
        }),
      ),

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
        (kind === 'image' ? imageIngest : contentIngest).listOutdated(after),
        TE.map((files) =>
          files.map(
            (file): OutdatedFile => ({
              kind: file.kind,
              uid: file.uid,
              remake: (onProgress, signal) =>
                finishOnce(
                  file,
                  originals.stored(file.original, originalMissingRefusal),
                  'replacement',
                  onProgress,
                  signal,
                ),
            }),
          ),
        ),
      ),

    oldest: pipe(
      imageFiles.first,
      TE.flatMap((image) =>
        pipe(
          contentFiles.first,
          TE.map((content): OldestFiles => ({ image, content })),
        ),
      ),
    ),
  }
}
