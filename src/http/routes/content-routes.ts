import * as t from 'io-ts'
import type { CheckedMediaTokens } from '../../domain/access/checked-media-tokens.ts'
import type { PlaylistResult } from '../../domain/access/render-playlist.ts'
import type { SignablePlaylist } from '../../domain/access/signable-playlist.ts'
import type { Signature } from '../../domain/access/signature.ts'
import type { Viewer } from '../../domain/access/viewer.ts'
import type { Found } from '../../domain/caching/found.ts'
import type { ExportService } from '../../domain/export/export-service.ts'
import { MobileFilter } from '../../domain/hls/mobile-filter.ts'
import { ContentExportUid, ContentFileUid, ContentPartUid } from '../../domain/media/ids.ts'
import type { PlaylistService } from '../../domain/playlist/playlist-service.ts'
import type { VodService } from '../../domain/vod/vod-service.ts'
import { pipe, TE } from '../../fp.ts'
import type { CorsPolicy } from '../middleware/cors.ts'
import type { PlaylistFormat } from '../playlists/playlist-bodies.ts'
import type { ReplyWithPlaylist } from '../playlists/playlist-reply.ts'
import { mediaViewerAuthenticator } from '../request/credential.ts'
import { PresignM3u8, PresignUrls } from '../request/query-codecs.ts'
import type { ReplyWithBytes } from '../response/bytes-reply.ts'
import type { ReplyWithMediaState } from '../response/media-state-reply.ts'
import type { RouteHandler } from '../route-handler.ts'
import { createRouteGroup, type RouteGroup } from '../router.ts'

type Deps = {
  readonly playlists: PlaylistService
  readonly vods: VodService
  readonly exports: ExportService
  readonly checkedTokens: CheckedMediaTokens
  readonly replyWithBytes: ReplyWithBytes
  readonly replyWithPlaylist: ReplyWithPlaylist
  readonly replyWithMediaState: ReplyWithMediaState
  readonly sharing: CorsPolicy
}

const ByFile = t.strict({ uid: ContentFileUid })
const ByExport = t.strict({ uid: ContentExportUid })
const ByPart = t.strict({ uid: ContentPartUid })
// Playlists in JSON and XML have no presign mode `define`, because they cannot define variables.
const UrlQuery = t.partial({ presign: PresignUrls })
const M3u8Query = t.partial({ presign: PresignM3u8 })
const MasterQuery = t.intersection([M3u8Query, MobileFilter])

/**
 * The routes of audio and video: segments, playlists, manifests and states (http-api.md §5.1, §5.2, §5.6–5.8,
 * §5.11).
 */
export const contentRoutes = (
  {
    playlists,
    vods,
    exports,
    checkedTokens,
    replyWithBytes,
    replyWithPlaylist,
    replyWithMediaState,
    sharing,
  }: Deps,
  handle: RouteHandler,
): RouteGroup => {
  const routes = createRouteGroup('/api/1/content_files', sharing)
  const viewer = mediaViewerAuthenticator(checkedTokens, 'content')

  routes.get(
    '/exports/parts/:uid{.:ext}',
    handle({
      credential: viewer,
      params: ByPart,
      handler: ({ credential, params, incoming }) =>
        pipe(
          exports.openPart(params.uid, credential),
          TE.map((bytes) => replyWithBytes(incoming, bytes, credential)),
        ),
    }),
  )

  const list = <U, Q, S extends Signature>(
    format: PlaylistFormat,
    params: t.Type<{ readonly uid: U }, unknown, unknown>,
    query: t.Type<Q, unknown, unknown>,
    show: (uid: U, viewer: Viewer, query: Q) => PlaylistResult<Found<SignablePlaylist<S>>>,
  ) =>
    handle({
      credential: viewer,
      params,
      query,
      handler: ({ credential, params, query, incoming }) =>
        pipe(
          show(params.uid, credential, query),
          TE.flatMap((found) =>
            replyWithPlaylist(incoming, { found, format, viewer: credential, exp: credential.grant.exp }),
          ),
        ),
    })

  routes.get(
    '/exports/:uid.iframes.m3u8', // must precede the next route, which would match it as a uid
    list('m3u8', ByExport, M3u8Query, (uid, viewer, { presign = null }) =>
      vods.showIFrames(uid, viewer, presign),
    ),
  )

  routes.get(
    '/exports/:uid.m3u8',
    list('m3u8', ByExport, M3u8Query, (uid, viewer, { presign = null }) =>
      vods.showMediaPlaylist(uid, viewer, presign),
    ),
  )

  routes.get(
    '/:uid/web.json',
    list('json', ByFile, UrlQuery, (uid, viewer, { presign = null }) =>
      playlists.showWeb(uid, viewer, presign),
    ),
  )

  routes.get(
    '/:uid/dash.mpd',
    list('dash', ByFile, UrlQuery, (uid, viewer, { presign = null }) => vods.showDash(uid, viewer, presign)),
  )

  routes.get(
    ['/:uid/mobile.m3u8', '/:uid/ios.m3u8', '/:uid/android.m3u8'],
    list('m3u8', ByFile, MasterQuery, (uid, viewer, { presign = null, ...filter }) =>
      playlists.showMobile(uid, viewer, presign, filter),
    ),
  )
  routes.get(
    '/:uid/status',
    handle({
      credential: viewer,
      params: ByFile,
      handler: ({ credential, params: { uid }, incoming }) => replyWithMediaState(incoming, uid, credential),
    }),
  )
  return routes
}
