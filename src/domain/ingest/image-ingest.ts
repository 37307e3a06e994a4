import { E, pipe, TE } from '../../fp.ts'

import type { CachePort } from '../../ports/cache.ts'
import { cacheKeys } from '../../ports/cache-keys.ts'
import type { ImageFileRepository } from '../../ports/image-file-repository.ts'
import type { ImageProcessor, RenderedImage } from '../../ports/image-processor.ts'
import { invalidateAfter } from '../caching/invalidate-after.ts'
import { completionOf } from '../jobs/job-outcome.ts'
import type { WorkReport } from '../jobs/work-report.ts'
import type { ImageFileUid } from '../media/ids.ts'
import type { NewImageExport } from '../media/image-export.ts'
import type { Abortable } from '../shared/abortable.ts'
import type { Refused, Unavailable } from '../shared/errors.ts'
import { createLibraryFiles } from './library-files.ts'
import type { CreatedExports, LocalCopy, MediaKindIngest, Publication } from './media-ingest.ts'
import { imageWarnings, planImage } from './plan/image-plan.ts'
import { recipeVersions } from './recipe-versions.ts'
import { createRegister } from './register-original.ts'
import { type UploadDeps, withUploads } from './uploads.ts'

type Deps = UploadDeps & {
  readonly imageFiles: ImageFileRepository
  readonly images: Abortable<ImageProcessor>
  readonly cache: CachePort
  /** Number of failed attempts after which a job fails. */
  readonly attempts: number
}

const recipe = recipeVersions.image

/** Registers images, and makes and publishes their exports. */
export const createImageIngest = (deps: Deps): MediaKindIngest => {
  const { files, newUid, imageFiles, images, cache, attempts } = deps

  const register = createRegister(deps, {
    readFacts: (path, signal) =>
      pipe(
        images.inspect(path, signal),
        TE.map(({ width, height }) => ({ width, height })),
      ),
    // A picture that cannot be decoded has no size, which the library needs.
    unreadable: { width: 1, height: 1 },
    // The uid was made for a file of this kind, so the cast is safe.
    add: (file, received) =>
      imageFiles.add(
        { uid: (received?.media as ImageFileUid | undefined) ?? newUid.imageFile(), ...file },
        { uid: received?.job ?? newUid.job(), attempts },
      ),
  })

  const store = (
    uid: ImageFileUid,
    copy: LocalCopy,
    rendered: ReadonlyArray<RenderedImage>,
    { kind, lease, replaces }: Publication,
    warnings: ReadonlyArray<string>,
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
      const completion = completionOf(lease, warnings)
      if (kind === 'first') return imageFiles.addExports(uid, exports, completion)()
      const playlists = [cacheKeys.imagePlaylist({ uid })]
      return invalidateAfter(
        cache,
        playlists,
        imageFiles.replaceExports(uid, exports, completion, replaces),
      )()
    })

  const makeExports = (
    uid: ImageFileUid,
    copy: LocalCopy,
    publication: Publication,
    report: WorkReport,
    signal: AbortSignal,
  ): TE.TaskEither<Refused | Unavailable, CreatedExports> =>
    files.withScratch((folder) =>
      pipe(
        images.inspect(copy.path, signal),
        TE.flatMap((facts) => {
          const warnings = imageWarnings(facts)
          return pipe(
            images.render(copy.path, planImage(facts), folder, report.onProgress, signal),
            TE.tapIO(() => () => report.onStage('storing')),
            TE.flatMap((rendered) => store(uid, copy, rendered, publication, warnings, signal)),
            TE.map((isAdded) => ({ isAdded, warnings })),
          )
        }),
      ),
    )

  return {
    register,
    ...createLibraryFiles({ kind: 'image', durationOf: () => null, repository: imageFiles, makeExports }),
  }
}
