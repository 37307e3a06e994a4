import { E, pipe, TE } from '../../fp.ts'

import type { CachePort } from '../../ports/cache.ts'
import { cacheKeys } from '../../ports/cache-keys.ts'
import type { ImageFileRepository } from '../../ports/image-file-repository.ts'
import type { ImageProcessor, RenderedImage } from '../../ports/image-processor.ts'
import type { ImageFileUid } from '../media/ids.ts'
import type { NewImageExport } from '../media/image-export.ts'
import type { Abortable } from '../shared/abortable.ts'
import type { Refused, Unavailable } from '../shared/errors.ts'
import { invalidateAfter } from './invalidate-after.ts'
import { createLibraryFiles } from './library-files.ts'
import type { CreatedExports, LocalCopy, MediaKindIngest, OnProgress, Publication } from './media-ingest.ts'
import { imageWarnings, planImage } from './plan/image-plan.ts'
import { recipeVersions } from './recipe-versions.ts'
import { createRegister } from './register-original.ts'
import { type UploadDeps, withUploads } from './uploads.ts'

type Deps = UploadDeps & {
  readonly imageFiles: ImageFileRepository
  readonly images: Abortable<ImageProcessor>
  readonly cache: CachePort
}

const recipe = recipeVersions.image

/** Registers images, and makes and publishes their exports. */
export const createImageIngest = (deps: Deps): MediaKindIngest => {
  const { files, newUid, imageFiles, images, cache } = deps

  const register = createRegister(deps, {
    readFacts: (path, signal) =>
      pipe(
        images.inspect(path, signal),
        TE.map(({ width, height }) => ({ width, height })),
      ),
    add: (file) => imageFiles.add({ uid: newUid.imageFile(), ...file }),
  })

  const store = (
    uid: ImageFileUid,
    copy: LocalCopy,
    rendered: ReadonlyArray<RenderedImage>,
    publication: Publication,
    signal: AbortSignal,
  ): TE.TaskEither<Unavailable, boolean> =>
    withUploads(deps, signal, (upload) => async () => {
      const exports: NewImageExport[] = []
      for (const { path, format, width, height, thumbhash, size } of rendered) {
        const file = await upload({ path, start: 0, end: size }, `image/${format}`)()
        if (E.isLeft(file)) return file
        exports.push({
          uid: newUid.imageExport(),
          format,
          width,
          height,
          thumbhash,
          recipe,
          file: file.right,
        })
      }
      const verified = await copy.verify()
      if (E.isLeft(verified)) return verified
      if (publication === 'first') return imageFiles.addExports(uid, exports)()
      const playlists = [cacheKeys.imagePlaylist({ uid })]
      return invalidateAfter(cache, playlists, imageFiles.replaceExports(uid, exports))()
    })

  const makeExports = (
    uid: ImageFileUid,
    copy: LocalCopy,
    publication: Publication,
    onProgress: OnProgress,
    signal: AbortSignal,
  ): TE.TaskEither<Refused | Unavailable, CreatedExports> =>
    files.withScratch((folder) =>
      pipe(
        images.inspect(copy.path, signal),
        TE.flatMap((facts) =>
          pipe(
            images.render(copy.path, planImage(facts), folder, onProgress, signal),
            TE.flatMap((rendered) => store(uid, copy, rendered, publication, signal)),
            TE.map((isAdded) => ({ isAdded, warnings: imageWarnings(facts) })),
          ),
        ),
      ),
    )

  return { register, ...createLibraryFiles({ kind: 'image', repository: imageFiles, makeExports }) }
}
