import { E, O, pipe, TE } from '../../fp.ts'
import type { ContentFileRepository } from '../../ports/content-file-repository.ts'
import type { ImageFileRepository } from '../../ports/image-file-repository.ts'
import type { ImageProcessor } from '../../ports/image-processor.ts'
import type { SourceFile } from '../../ports/local-files.ts'
import type { MediaKind } from '../../ports/media-tokens.ts'
import type { ProgressBoard } from '../../ports/progress-board.ts'
import type { Transcoder } from '../../ports/transcoder.ts'
import { wholeOf } from '../shared/bytes.ts'
import { type Refused, refused, type Unavailable, unavailable } from '../shared/errors.ts'
import type { ContentFileUid, ImageFileUid } from '../shared/ids.ts'
import { createContentIngest } from './content-ingest.ts'
import { createImageIngest } from './image-ingest.ts'
import type { LibraryFile, MediaIngest, OnProgress } from './media-ingest.ts'
import { notTaken } from './not-taken.ts'
import { sniff } from './sniff.ts'
import type { UploadDeps } from './uploads.ts'

export type Ingested = {
  readonly kind: MediaKind
  readonly uid: ImageFileUid | ContentFileUid
  /** What a person should know of it, a line each. */
  readonly warnings: ReadonlyArray<string>
}

type Outcome<A> = TE.TaskEither<Refused | Unavailable, A>

/** Gets pictures, sounds and films into the library, with their exports. */
export type IngestService = {
  /**
   * Adds a file of this machine and makes its exports. A file whose bytes are in the library keeps its uid, and
   * only what is missing is made (http-api.md §8.3). What is refused leaves nothing behind.
   */
  readonly add: (path: string, options: AddOptions) => Outcome<Ingested>
  /** Files whose making was cut off, oldest first, each with what finishes it. */
  readonly listUnfinished: TE.TaskEither<Unavailable, ReadonlyArray<UnfinishedFile>>
  /** The file of each kind that has been here longest. */
  readonly oldest: TE.TaskEither<Unavailable, Oldest>
}

export type Oldest = { readonly image: O.Option<ImageFileUid>; readonly content: O.Option<ContentFileUid> }

export type UnfinishedFile = Pick<LibraryFile, 'kind' | 'uid'> & {
  readonly finish: (onProgress: OnProgress) => Outcome<Ingested>
}

export type AddOptions = {
  /** Images alone: everybody may see it. */
  readonly isPublic: boolean
  /** Called as soon as the uid is known. */
  readonly onKnown: (file: { readonly kind: MediaKind; readonly uid: ImageFileUid | ContentFileUid }) => void
  readonly onProgress: OnProgress
}

type Deps = UploadDeps & {
  readonly imageFiles: ImageFileRepository
  readonly contentFiles: ContentFileRepository
  readonly images: ImageProcessor
  readonly transcoder: Transcoder
  readonly progress: ProgressBoard
}

/** Those who decode know a path at most: whoever handed the file in knows it by its name. */
const about =
  (name: string) =>
  (error: Refused | Unavailable): Refused | Unavailable =>
    error._tag === 'Refused' ? refused(`${name}: ${error.message}`) : error

export const createIngestService = (deps: Deps): IngestService => {
  const { files, store, imageFiles, contentFiles, progress } = deps
  const imageIngest = createImageIngest(deps)
  const contentIngest = createContentIngest(deps)

  /** Finds the file by its bytes, or registers it. */
  const know = (ingest: MediaIngest, source: SourceFile): Outcome<LibraryFile> =>
    pipe(
      ingest.find(source.sha512),
      TE.flatMap(
        (found): Outcome<LibraryFile> =>
          O.isSome(found)
            ? TE.right(found.value)
            : pipe(
                ingest.register(source),
                TE.flatMap(() => ingest.find(source.sha512)),
                TE.flatMapEither(E.fromOption(() => unavailable('database')(`${source.name} is gone again`))),
              ),
      ),
    )

  const finish =
    (file: LibraryFile, path: string, onProgress: OnProgress): Outcome<Ingested> =>
    async () => {
      const { kind, uid } = file
      const tell = (fraction: number) => {
        progress.report(uid, fraction)
        onProgress(fraction)
      }
      tell(0)
      const made = await file.makeExports(path, tell)()
      progress.done(uid)
      if (E.isRight(made)) return E.right({ kind, uid, warnings: made.right })
      // What cannot be decoded never will be: it goes, with its original. What was not reached may be another time.
      if (made.left._tag === 'Refused') {
        const removed = await file.removeUnfinished()
        const isGone = E.isRight(removed) && removed.right
        if (isGone) await store.delete(file.original.key)()
      }
      return made
    }

  const addBy =
    (ingest: MediaIngest, source: SourceFile, { onKnown, onProgress }: AddOptions): Outcome<Ingested> =>
    async () => {
      const file = await know(ingest, source)()
      if (E.isLeft(file)) return file
      const { kind, uid, isFinished } = file.right
      onKnown({ kind, uid })
      if (isFinished) return E.right({ kind, uid, warnings: [] })
      return finish(file.right, source.path, onProgress)()
    }

  const addSource = (source: SourceFile, options: AddOptions): Outcome<Ingested> => {
    const reason = notTaken(source.head)
    if (reason !== null) return TE.left(refused(reason))
    const form = sniff(source.head)
    if (form === 'other' && options.isPublic)
      return TE.left(refused('it is no picture, and only pictures can be public'))
    return addBy(form === 'image' ? imageIngest : contentIngest, source, options)
  }

  /** Fetches the original back from the store, and makes what is missing. */
  const finishOne = (file: LibraryFile, onProgress: OnProgress): Outcome<Ingested> =>
    files.withScratch((folder) =>
      pipe(
        store.read(file.original.key, wholeOf(file.original.size)),
        TE.flatMapEither(E.fromOption(() => unavailable('object store')(`${file.original.key} is missing`))),
        TE.flatMap((bytes) => files.write(`${folder}/original`, bytes)),
        TE.flatMap(() => finish(file, `${folder}/original`, onProgress)),
      ),
    )

  return {
    add: (path, options) =>
      pipe(
        files.withUsablePath(path, (usable) =>
          pipe(
            files.inspect(usable),
            TE.flatMap((source) => pipe(addSource(source, options), TE.mapLeft(about(source.name)))),
          ),
        ),
        TE.tap(({ kind, uid }) =>
          // The kind says whose uid it is: images alone get this far with `isPublic`.
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
      return E.right(all.map((file) => ({ ...file, finish: (onProgress) => finishOne(file, onProgress) })))
    },

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
