import { E, O, pipe, TE } from '../../fp.ts'
import type { CachePort } from '../../ports/cache.ts'
import { cacheKeys } from '../../ports/cache-keys.ts'
import type { ContentFileRepository } from '../../ports/content-file-repository.ts'
import { mayView, type Signing } from '../access/access.ts'
import type { Presign, Viewer } from '../access/viewer.ts'
import { signM3u8 } from '../hls/sign-m3u8.ts'
import { type Forbidden, forbidden, type NotFound, notFound, type Unavailable } from '../shared/errors.ts'
import type { ContentExportUid } from '../shared/ids.ts'
import { createReadThrough } from '../shared/read-through.ts'
import { toMediaPlaylist } from './media-playlist.ts'

/** Playback of one export. */
export type VodService = {
  /** Media playlist, wire.md §5.6. An export that is not there is forbidden like another's (§2.5, W15). */
  readonly showMediaPlaylist: (
    uid: ContentExportUid,
    viewer: Viewer,
    presign: Presign | null,
  ) => TE.TaskEither<NotFound | Forbidden | Unavailable, string>
}

type Deps = {
  readonly cache: CachePort
  readonly contentFiles: ContentFileRepository
  readonly signing: Signing
}

export const createVodService = ({ cache, contentFiles, signing }: Deps): VodService => {
  const readThrough = createReadThrough(cache)

  const meta = (uid: ContentExportUid) =>
    readThrough(
      cacheKeys.vodMeta({ uid }),
      pipe(contentFiles.findVod(uid), TE.flatMapEither(E.fromOption(() => forbidden('other_subject')))),
    )

  const playlist = (uid: ContentExportUid) =>
    readThrough(
      cacheKeys.vodPlaylist({ uid }),
      pipe(
        contentFiles.listParts(uid),
        TE.flatMapEither((vod) =>
          O.isSome(vod) && vod.value.parts.some(({ role }) => role === 'media')
            ? E.right(toMediaPlaylist(vod.value))
            : E.left(notFound('content_file_export', uid)),
        ),
      ),
    )

  return {
    showMediaPlaylist: (uid, viewer, presign) => async () => {
      const vod = await meta(uid)()
      if (E.isLeft(vod)) return vod
      const permitted = mayView(viewer, vod.right.contentFileUid)
      if (E.isLeft(permitted)) return permitted
      const text = await playlist(uid)()
      if (E.isLeft(text)) return text
      return pipe(
        signing.ofM3u8(viewer, presign),
        TE.map((signature) => signM3u8(text.right, signature)),
      )()
    },
  }
}
