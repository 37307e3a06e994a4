import { O, pipe, TE } from '../../fp.ts'
import type { ContentFileRepository } from '../../ports/content-file-repository.ts'
import type { ImageFileRepository } from '../../ports/image-file-repository.ts'
import type { UploadRepository } from '../../ports/upload-repository.ts'
import type { MediaState } from '../jobs/media-state.ts'
import type { ContentFileUid, ImageFileUid } from '../media/ids.ts'
import type { Unavailable } from '../shared/errors.ts'
import type { StoredUploadState, Upload, UploadTarget } from './upload.ts'

/** What the owner of an upload is told of it (http-api.md §11.2). */
export type UploadStatus = {
  readonly upload: Upload
  readonly state: StoredUploadState | 'ready' | 'failed'
  /** The fraction of the exports' work that is finished (0 to 1); `null` if it is not running. */
  readonly progress: number | null
  readonly etaSeconds: number | null
  readonly reason: string | null
}

export type UploadStatusDeps = {
  readonly uploads: Pick<UploadRepository, 'isReceived'>
  readonly imageFiles: Pick<ImageFileRepository, 'findState'>
  readonly contentFiles: Pick<ContentFileRepository, 'findState'>
}

// The uid is that of a file of this kind, so the casts are safe.
const findTargetState = (
  { imageFiles, contentFiles }: UploadStatusDeps,
  { kind, media }: Pick<UploadTarget, 'kind' | 'media'>,
): TE.TaskEither<Unavailable, O.Option<MediaState>> =>
  kind === 'image'
    ? imageFiles.findState(media as ImageFileUid)
    : contentFiles.findState(media as ContentFileUid)

/** Reads the state of an upload. Returns `none` if its file was deleted: then the upload is gone, too. */
export const readUploadStatus = (
  deps: UploadStatusDeps,
  upload: Upload,
): TE.TaskEither<Unavailable, O.Option<UploadStatus>> => {
  const { state, target, reason } = upload
  if (state !== 'in_library' || target === null)
    return TE.right(O.some({ upload, state, progress: null, etaSeconds: null, reason }))
  // Another upload of the same bytes becomes the file, and is not stored yet.
  const received = pipe(
    deps.uploads.isReceived(target.media),
    TE.map((isReceived) =>
      isReceived
        ? O.some({ upload, state: 'received' as const, progress: null, etaSeconds: null, reason })
        : O.none,
    ),
  )
  return pipe(
    findTargetState(deps, target),
    TE.flatMap((found): TE.TaskEither<Unavailable, O.Option<UploadStatus>> => {
      if (O.isNone(found)) return received
      const media = found.value
      return TE.right(
        O.some({
          upload,
          state: media.state === 'ready' || media.state === 'failed' ? media.state : state,
          progress: media.progress,
          etaSeconds: media.etaSeconds,
          reason: media.reason,
        }),
      )
    }),
  )
}
