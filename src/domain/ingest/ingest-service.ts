import { E, O, pipe, TE } from '../../fp.ts'
import type { CachePort } from '../../ports/cache.ts'
import type { ContentFileRepository } from '../../ports/content-file-repository.ts'
import type { ImageFileRepository } from '../../ports/image-file-repository.ts'
import type { ImageProcessor } from '../../ports/image-processor.ts'
import type { SourceFile } from '../../ports/local-files.ts'
import type { Log } from '../../ports/log.ts'
import type { MediaKind } from '../../ports/media-tokens.ts'
import type { ProgressStore } from '../../ports/progress-store.ts'
import type { Sleep } from '../../ports/sleep.ts'
import type { Transcoder } from '../../ports/transcoder.ts'
import type { WorkLocks } from '../../ports/work-locks.ts'
import { wholeOf } from '../media/bytes.ts'
import type { ContentFileUid, ImageFileUid } from '../media/ids.ts'
import type { StoredFile } from '../media/stored-file.ts'
import { type Refused, refused, type Unavailable, unavailable } from '../shared/errors.ts'
import { createContentIngest } from './content-ingest.ts'
import { createFinishOnce, type Finished, type Original } from './finish-once.ts'
import { createImageIngest } from './image-ingest.ts'
import { ingestStopped, type LibraryFile, type MediaIngest, type OnProgress } from './media-ingest.ts'
import { refusalReason } from './not-taken.ts'
import { sniff } from './sniff.ts'
import type { UploadDeps } from './uploads.ts'

export type Ingested = {
  readonly kind: MediaKind
  readonly uid: ImageFileUid | ContentFileUid
  /** Messages for the person who added the file, one line each. */
  readonly warnings: ReadonlyArray<string>
}

type Outcome<A> = TE.TaskEither<Refused | Unavailable, A>

/** Adds images, audio and video to the library, and makes their exports. */
export type IngestService = {
  /**
   * Adds a local file and makes its exports. A file whose bytes are in the library keeps its uid, and only
   * missing exports are made (http-api.md §8.3). A refused file leaves nothing behind. If another process is
   * making the exports, waits for it.
   */
  readonly add: (path: string, options: AddOptions) => Outcome<Ingested>
  /** Files whose exports were not completed, oldest first. */
  readonly listUnfinished: TE.TaskEither<Unavailable, ReadonlyArray<UnfinishedFile>>
  /** Number of files whose exports an older recipe made. */
  readonly countOutdated: TE.TaskEither<Unavailable, number>
  /** Returns those of one kind by uid, at most 100, starting after `after` (`null`: with the first). */
  readonly listOutdated: (
    kind: MediaKind,
    after: LibraryFile['uid'] | null,
  ) => TE.TaskEither<Unavailable, ReadonlyArray<OutdatedFile>>
  /** The oldest file of each kind in the library. */
  readonly oldest: TE.TaskEither<Unavailable, Oldest>
}

export type Oldest = { readonly image: O.Option<ImageFileUid>; readonly content: O.Option<ContentFileUid> }

export type UnfinishedFile = Pick<LibraryFile, 'kind' | 'uid'> & {
  /** Makes the exports. `busy`: another process is making them; does not wait for it. */
  readonly finish: (onProgress: OnProgress, signal: AbortSignal) => Outcome<Finished>
}

export type OutdatedFile = Pick<LibraryFile, 'kind' | 'uid'> & {
  /**
   * Remakes the exports from the stored original, and replaces the present ones. Those are served until then,
   * and stay if anything fails. `busy`: another process is making the exports.
   */
  readonly remake: (onProgress: OnProgress, signal: AbortSignal) => Outcome<Finished>
}

export type AddOptions = {
  /** Only for images: every client may view it. */
  readonly isPublic: boolean
  /** Called once the file has a uid. */
  readonly onKnown: (file: { readonly kind: MediaKind; readonly uid: ImageFileUid | ContentFileUid }) => void
  readonly onProgress: OnProgress
  /** Called once if another process is adding the same bytes, or is making their exports. */
  readonly onWaiting?: () => void
  readonly signal?: AbortSignal
}

/** Delay between two attempts while another process holds the lock. */
const retryMilliseconds = 1000

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

const outdatedWarning = 'its exports were made by an older recipe: `larder remake --outdated` makes them anew'

const madeElsewhereWarning = 'its exports are there: another process, or an earlier try, has made them'

const unlessBusy = (finished: Finished): O.Option<Finished> =>
  finished.state === 'busy' ? O.none : O.some(finished)

const originalMissing = refused(
  'its original is not in the object store any more: the exports that it has stay as they are',
)

const once = (call: () => void) => {
  let called = false
  return () => {
    if (!called) call()
    called = true
  }
}

export const createIngestService = (deps: Deps): IngestService => {
  const { files, store, imageFiles, contentFiles, locks, sleep } = deps
  const imageIngest = createImageIngest(deps)
  const contentIngest = createContentIngest(deps)

  /** Finds the file by its SHA-512, or registers it. */
  const findOrAdd = (ingest: MediaIngest, source: SourceFile, signal: AbortSignal): Outcome<LibraryFile> =>
    pipe(
      ingest.find(source.sha512),
      TE.flatMap(
        (found): Outcome<LibraryFile> =>
          O.isSome(found)
            ? TE.right(found.value)
            : pipe(
                ingest.register(source, signal),
                TE.flatMap(() => ingest.find(source.sha512)),
                TE.flatMapEither(E.fromOption(() => unavailable('database')(`${source.name} is gone again`))),
              ),
      ),
    )

  const finishOnce = createFinishOnce(deps)

  /** Repeats the attempt until no other process holds the lock. `none`: another process does. */
  const retryWhileBusy = async <A>(
    attempt: Outcome<O.Option<A>>,
    { onWaiting, signal }: { readonly onWaiting: () => void; readonly signal: AbortSignal },
  ): Promise<E.Either<Refused | Unavailable, A>> => {
    for (let tries = 0; !signal.aborted; tries += 1) {
      const result = await attempt()
      if (E.isLeft(result)) return result
      if (O.isSome(result.right)) return E.right(result.right.value)
      if (tries === 0) onWaiting()
      await sleep(retryMilliseconds, signal)
    }
    return E.left(ingestStopped)
  }

  const addBy =
    (ingest: MediaIngest, source: SourceFile, options: AddOptions): Outcome<Ingested> =>
    async () => {
      const { onKnown, onProgress, onWaiting = () => {}, signal = new AbortController().signal } = options
      const waiting = { onWaiting: once(onWaiting), signal }
      const file = await retryWhileBusy(
        locks.tryWith(`add:${source.sha512}`, (lost) =>
          findOrAdd(ingest, source, AbortSignal.any([signal, lost])),
        ),
        waiting,
      )
      if (E.isLeft(file)) return file
      const { kind, uid, stateWhenRead } = file.right
      onKnown({ kind, uid })
      if (stateWhenRead === 'finished') return E.right({ kind, uid, warnings: [] })
      if (stateWhenRead === 'outdated') return E.right({ kind, uid, warnings: [outdatedWarning] })

      const finish = finishOnce(file.right, localSource(source), 'first', onProgress, signal)
      const finished = await retryWhileBusy(pipe(finish, TE.map(unlessBusy)), waiting)
      if (E.isLeft(finished)) return finished
      const warnings = finished.right.state === 'made' ? finished.right.warnings : [madeElsewhereWarning]
      return E.right({ kind, uid, warnings })
    }

  const addSource = (source: SourceFile, options: AddOptions): Outcome<Ingested> => {
    const reason = refusalReason(source.head)
    if (reason !== null) return TE.left(refused(reason))
    const sniffed = sniff(source.head)
    if (sniffed === 'other' && options.isPublic)
      return TE.left(refused('it is no picture, and only pictures can be public'))
    return addBy(sniffed === 'image' ? imageIngest : contentIngest, source, options)
  }

  const localSource = ({ path }: SourceFile): Original => ({ from: 'source', use: (make) => make(path) })

  /** Exports of wrong bytes would replace good ones, which may be all that is left of a file. */
  const verify = (path: string, { key, size, sha256 }: StoredFile): TE.TaskEither<Unavailable, unknown> =>
    pipe(
      files.digest({ path, start: 0, end: size }),
      TE.filterOrElse(
        (actual) => actual.size === size && actual.sha256 === sha256,
        () => unavailable('object store')('these are other bytes'),
      ),
      TE.mapLeft(({ cause }) =>
        unavailable('object store')(`${key} does not come back as it was stored: ${cause}`),
      ),
    )

  /** Downloads and verifies the original from the object store. */
  const storedOriginal = ({ original }: LibraryFile, missing: Refused | Unavailable): Original => ({
    from: 'library',
    use: (make) =>
      files.withScratch((folder) =>
        pipe(
          store.read(original.key, wholeOf(original.size)),
          TE.flatMapEither(E.fromOption(() => missing)),
          TE.flatMap((bytes) => files.write(`${folder}/original`, bytes)),
          TE.flatMap(() => verify(`${folder}/original`, original)),
          TE.flatMap(() => make(`${folder}/original`)),
        ),
      ),
  })

  return {
    add: (path, options) =>
      pipe(
        files.withUsablePath(path, (usable) =>
          pipe(
            files.inspect(usable),
            TE.flatMap((source) => addSource(source, options)),
          ),
        ),
        TE.tap(({ kind, uid }) =>
          // `kind` proves the type of the uid. Only images get this far with `isPublic`.
          options.isPublic && kind === 'image'
            ? imageFiles.setPublic(uid as ImageFileUid, true)
            : TE.right(undefined),
        ),
      ),

    listUnfinished: async () => {
      const lists = [await imageIngest.listUnfinished(), await contentIngest.listUnfinished()]
      const failed = lists.find(E.isLeft)
      if (failed !== undefined) return failed
      const all = lists.flatMap((list) => (E.isRight(list) ? list.right : []))
      return E.right(
        all.map(
          (file): UnfinishedFile => ({
            kind: file.kind,
            uid: file.uid,
            finish: (onProgress, signal) => {
              const missing = unavailable('object store')(`${file.original.key} is missing`)
              return finishOnce(file, storedOriginal(file, missing), 'first', onProgress, signal)
            },
          }),
        ),
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
                finishOnce(file, storedOriginal(file, originalMissing), 'replacement', onProgress, signal),
            }),
          ),
        ),
      ),

    oldest: pipe(
      imageFiles.first,
      TE.flatMap((image) =>
        pipe(
          contentFiles.first,
          TE.map((content): Oldest => ({ image, content })),
        ),
      ),
    ),
  }
}
