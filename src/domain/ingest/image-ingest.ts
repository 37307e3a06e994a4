import { E, O, pipe, TE } from '../../fp.ts'
import type { ImageFileRepository, KnownImageFile } from '../../ports/image-file-repository.ts'
import type { ImageProcessor, RenderedImage } from '../../ports/image-processor.ts'
import type { SourceFile } from '../../ports/local-files.ts'
import type { NewImageExport } from '../playlist/image-export.ts'
import type { Refused, Unavailable } from '../shared/errors.ts'
import type { ImageFileUid } from '../shared/ids.ts'
import { pictureWarnings, planImage } from './image-plan.ts'
import {
  type FileState,
  type LibraryFile,
  type MadeExports,
  type MediaIngest,
  type OnProgress,
  stopped,
} from './media-ingest.ts'
import { type UploadDeps, withUploads } from './uploads.ts'

type Deps = UploadDeps & { readonly imageFiles: ImageFileRepository; readonly images: ImageProcessor }

/** How a picture gets into the library, and its exports made. */
export const createImageIngest = (deps: Deps): MediaIngest => {
  const { files, newUid, imageFiles, images } = deps

  const register = (source: SourceFile, signal: AbortSignal): TE.TaskEither<Refused | Unavailable, boolean> =>
    pipe(
      images.inspect(source.path, signal),
      TE.flatMap(({ width, height }) =>
        withUploads(
          deps,
          (upload) =>
            pipe(
              upload({ path: source.path, start: 0, end: source.size }, 'application/octet-stream'),
              TE.flatMap((original) =>
                imageFiles.add({
                  uid: newUid.imageFile(),
                  name: source.name,
                  original,
                  sha512: source.sha512,
                  width,
                  height,
                }),
              ),
            ),
          signal,
        ),
      ),
    )

  const store = (
    uid: ImageFileUid,
    rendered: ReadonlyArray<RenderedImage>,
    signal: AbortSignal,
  ): TE.TaskEither<Unavailable, boolean> =>
    withUploads(deps, (upload) => async () => {
      const exports: NewImageExport[] = []
      for (const { path, format, width, height, thumbhash, size } of rendered) {
        if (signal.aborted) return E.left(stopped)
        const file = await upload({ path, start: 0, end: size }, `image/${format}`)()
        if (E.isLeft(file)) return file
        exports.push({ uid: newUid.imageExport(), format, width, height, thumbhash, file: file.right })
      }
      return imageFiles.addExports(uid, exports)()
    })

  const makeExports = (
    uid: ImageFileUid,
    path: string,
    onProgress: OnProgress,
    signal: AbortSignal,
  ): TE.TaskEither<Refused | Unavailable, MadeExports> =>
    files.withScratch((folder) =>
      pipe(
        images.inspect(path, signal),
        TE.flatMap((facts) =>
          pipe(
            images.render(path, planImage(facts), folder, onProgress, signal),
            TE.flatMap((rendered) => store(uid, rendered, signal)),
            TE.map((isAdded) => ({ isAdded, warnings: pictureWarnings(facts) })),
          ),
        ),
      ),
    )

  const stateOf = (uid: ImageFileUid): TE.TaskEither<Unavailable, FileState> =>
    pipe(
      imageFiles.listExports(uid),
      TE.flatMap((exports) =>
        exports.length > 0
          ? TE.right<Unavailable, FileState>('finished')
          : pipe(
              imageFiles.listUnfinished,
              TE.map((all): FileState => (all.some((one) => one.uid === uid) ? 'unfinished' : 'gone')),
            ),
      ),
    )

  const inLibrary = ({ uid, original, exportCount }: KnownImageFile): LibraryFile => ({
    kind: 'image',
    uid,
    original,
    isFinished: exportCount > 0,
    state: stateOf(uid),
    makeExports: (path, onProgress, signal) => makeExports(uid, path, onProgress, signal),
    removeUnfinished: imageFiles.removeUnfinished(uid),
  })

  return {
    find: (sha512) => pipe(imageFiles.findByOriginal(sha512), TE.map(O.map(inLibrary))),
    register,
    listUnfinished: pipe(
      imageFiles.listUnfinished,
      TE.map((known) => known.map(inLibrary)),
    ),
  }
}
