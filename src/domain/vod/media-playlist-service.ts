import { E, O, pipe, TE } from '../../fp.ts'
import { cacheKeys } from '../../ports/cache-keys.ts'
import type { ContentFileRepository } from '../../ports/content-file-repository.ts'
import type { CallerAccess } from '../access/caller-access.ts'
import type { PlaylistSigning } from '../access/playlist-signing.ts'
import { type PlaylistResult, renderPlaylist } from '../access/render-playlist.ts'
import { permitsExport } from '../access/restrictions.ts'
import type { SignablePlaylist } from '../access/signable-playlist.ts'
import type { Caller, Presign } from '../access/viewer.ts'
import { combineFound, type Found } from '../caching/found.ts'
import { memoize } from '../caching/memoize.ts'
import type { ReadThrough } from '../caching/read-through.ts'
import { clipMediaPlaylist, parseMediaPlaylist } from '../hls/clip-media-playlist.ts'
import { toIFramePlaylist } from '../hls/iframe-playlist.ts'
import { toMediaPlaylist } from '../hls/media-playlist.ts'
import { signM3u8 } from '../hls/sign-m3u8.ts'
import type { ContentExportUid } from '../media/ids.ts'
import { type Forbidden, forbidden, notFound, type Unavailable } from '../shared/errors.ts'

/**
 * Returns a playlist of an export. A missing export fails with Forbidden, like an export of another file
 * (http-api.md §2.5, W15).
 */
type ShowExportPlaylist = (
  uid: ContentExportUid,
  caller: Caller,
  presign: Presign | null,
) => PlaylistResult<Found<SignablePlaylist>>

/** Playlists of the segments of an export. */
export type MediaPlaylistService = {
  /** Returns the media playlist (http-api.md §5.6). */
  readonly showMediaPlaylist: ShowExportPlaylist
  /** Returns the I-frame playlist of an export with video (RFC 8216bis §4.4.3.6). */
  readonly showIFrames: ShowExportPlaylist
  /** Fails with Forbidden unless the export belongs to a public file. */
  readonly checkPublicExport: (uid: ContentExportUid) => TE.TaskEither<Forbidden | Unavailable, unknown>
}

type Deps = {
  readonly readThrough: ReadThrough
  readonly callerAccess: CallerAccess
  readonly contentFiles: ContentFileRepository
  readonly signing: PlaylistSigning
}

/**
 * Maximum total length in characters of the playlists whose parsed form is memoized. Only clips need the
 * parsed form.
 */
const maxParsedLength = 4 * 1024 * 1024

export const createMediaPlaylistService = ({
  readThrough,
  callerAccess,
  contentFiles,
  signing,
}: Deps): MediaPlaylistService => {
  const parseMemoized = memoize(maxParsedLength, parseMediaPlaylist)

  const meta = (uid: ContentExportUid, caller: Caller) =>
    callerAccess.read(
      {
        kind: 'content',
        key: cacheKeys.vodMeta({ uid }),
        load: contentFiles.findVod(uid),
        fileOf: ({ contentFileUid }) => contentFileUid,
      },
      caller,
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

  /**
   * Renders a playlist of an export. Fails with Forbidden unless the caller may have the file of the export.
   */
  const showExportPlaylist =
    (listOf: (uid: ContentExportUid) => PlaylistResult<Found<string>>): ShowExportPlaylist =>
    (uid, caller, presign) =>
    async () => {
      const vod = await meta(uid, caller)()
      if (E.isLeft(vod)) return vod
      const { height } = vod.right.value
      if (caller !== null && !permitsExport(caller.grant.restrictions, { uid, height }))
        return E.left(forbidden('restriction'))
      const list = await renderPlaylist(uid, caller, {
        text: listOf(uid),
        applyRestrictions: (text, { clip }) =>
          TE.right(clip === undefined ? text : clipMediaPlaylist(parseMemoized(text), clip)),
        signature: signing.ofM3u8(caller, presign),
        sign: signM3u8,
      })()
      if (E.isLeft(list)) return list
      return E.right(
        combineFound(list.right, vod.right, (signable, { contentFileUid }) =>
          caller === null ? { ...signable, publicFile: contentFileUid } : signable,
        ),
      )
    }

  return {
    showMediaPlaylist: showExportPlaylist(playlist),
    showIFrames: showExportPlaylist(iFrames),
    checkPublicExport: (uid) => meta(uid, null),
  }
}
