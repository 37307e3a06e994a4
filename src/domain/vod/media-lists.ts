import { E, O, pipe, TE } from '../../fp.ts'
import type { CachePort } from '../../ports/cache.ts'
import { cacheKeys } from '../../ports/cache-keys.ts'
import type { ContentFileRepository } from '../../ports/content-file-repository.ts'
import type { StaleCache } from '../../ports/stale-cache.ts'
import type { Signing } from '../access/access.ts'
import { createAuthorizedRead } from '../access/authorized-read.ts'
import { type PlaylistResult, renderPlaylist } from '../access/render-playlist.ts'
import { permitsExport } from '../access/restrictions.ts'
import type { SignableList } from '../access/signable-list.ts'
import type { Presign, Viewer } from '../access/viewer.ts'
import { combineFound, type Found } from '../caching/found.ts'
import { memoize } from '../caching/memoize.ts'
import { createReadThrough } from '../caching/read-through.ts'
import { clipMediaPlaylist, readMediaPlaylist } from '../hls/clip-media-playlist.ts'
import { toIFramePlaylist } from '../hls/iframe-playlist.ts'
import { toMediaPlaylist } from '../hls/media-playlist.ts'
import { signM3u8 } from '../hls/sign-m3u8.ts'
import type { VodMeta } from '../media/content-export.ts'
import type { ContentExportUid } from '../media/ids.ts'
import { forbidden, notFound } from '../shared/errors.ts'

/** An export that is not there is forbidden like another's (http-api.md §2.5, W15). */
type ShowListOfExport = (
  uid: ContentExportUid,
  viewer: Viewer,
  presign: Presign | null,
) => PlaylistResult<Found<SignableList>>

/** Lists of the parts of an export. */
export type MediaLists = {
  /** Media playlist, http-api.md §5.6. */
  readonly showMediaPlaylist: ShowListOfExport
  /** I-frame playlist of the same (RFC 8216bis §4.4.3.6): of pictures alone. */
  readonly showIFrames: ShowListOfExport
}

type Deps = {
  readonly cache: CachePort
  readonly stale: StaleCache
  readonly contentFiles: ContentFileRepository
  readonly signing: Signing
}

/** Characters of lists that are kept apart into their parts: those of the films that clips are watched of. */
const readLength = 4 * 1024 * 1024

export const createMediaLists = ({ cache, stale, contentFiles, signing }: Deps): MediaLists => {
  const readThrough = createReadThrough(cache, stale)
  const ownedRead = createAuthorizedRead(cache)
  const readParts = memoize(readLength, readMediaPlaylist)

  const meta = (uid: ContentExportUid, { grant }: Viewer) =>
    ownedRead(cacheKeys.vodMeta({ uid }), contentFiles.findVod(uid), (found: O.Option<VodMeta>) =>
      TE.right(O.isSome(found) && found.value.contentFileUid === grant.sub),
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

  const iFrames = (uid: ContentExportUid) =>
    readThrough(
      cacheKeys.vodIFrames({ uid }),
      pipe(
        contentFiles.listKeyframes(uid),
        TE.flatMapEither((vod) =>
          pipe(
            O.flatMap(toIFramePlaylist)(vod),
            E.fromOption(() => notFound('content_file_export', uid)),
          ),
        ),
      ),
    )

  /** A list of an export, for him whose it is. */
  const showListOfExport =
    (listOf: (uid: ContentExportUid) => PlaylistResult<Found<string>>): ShowListOfExport =>
    (uid, viewer, presign) =>
    async () => {
      const vod = await meta(uid, viewer)()
      if (E.isLeft(vod)) return vod
      if (!permitsExport(viewer.grant.restrictions, { uid, height: vod.right.value.height }))
        return E.left(forbidden('restriction'))
      const list = await renderPlaylist(uid, viewer, {
        text: listOf(uid),
        applyRestrictions: (text, { clip }) =>
          TE.right(clip === undefined ? text : clipMediaPlaylist(readParts(text), clip)),
        signature: signing.ofM3u8(viewer, presign),
        sign: signM3u8,
      })()
      if (E.isLeft(list)) return list
      return E.right(combineFound(list.right, vod.right, (signable) => signable))
    }

  return { showMediaPlaylist: showListOfExport(playlist), showIFrames: showListOfExport(iFrames) }
}
