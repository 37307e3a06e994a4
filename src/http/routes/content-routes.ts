import * as t from 'io-ts'
import type { CheckedMediaTokens } from '../../domain/access/checked-media-tokens.ts'
import type { PublicCheck } from '../../domain/access/public-files.ts'
import type { PlaylistResult } from '../../domain/access/render-playlist.ts'
import type { SignablePlaylist } from '../../domain/access/signable-playlist.ts'
import type { Signature } from '../../domain/access/signature.ts'
import type { Caller, Presign } from '../../domain/access/viewer.ts'
import type { Found } from '../../domain/caching/found.ts'
import type { ExportService } from '../../domain/export/export-service.ts'
import { MobileFilter } from '../../domain/hls/mobile-filter.ts'
import { ContentExportUid, ContentFileUid, ContentPartUid } from '../../domain/media/ids.ts'
import type { PlaylistService } from '../../domain/playlist/playlist-service.ts'
import type { DomainError } from '../../domain/shared/errors.ts'
import type { VodService } from '../../domain/vod/vod-service.ts'
import { pipe, TE } from '../../fp.ts'
import type { CorsPolicy } from '../middleware/cors.ts'
import type { PlaylistFormat } from '../playlists/playlist-bodies.ts'
import type { ReplyWithPlaylist } from '../playlists/playlist-reply.ts'
import { presignWithoutToken } from '../request/anonymous-presign.ts'
import { mediaCallerAuthenticator } from '../request/credential.ts'
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
  readonly checkPublic: PublicCheck
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

/** What a list is of: the codec of its uid, and the check that it is public. */
type Listed<U> = {
  readonly params: t.Type<{ readonly uid: U }, unknown, unknown>
  readonly checkAnonymous: (params: { readonly uid: U }) => TE.TaskEither<DomainError, unknown>
}

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
    checkPublic,
    replyWithBytes,
    replyWithPlaylist,
    replyWithMediaState,
    sharing,
  }: Deps,
  handle: RouteHandler,
): RouteGroup => {
  const routes = createRouteGroup('/api/1/content_files', sharing)
  const credential = mediaCallerAuthenticator(checkedTokens, 'content')
  const ofFile = {
    params: ByFile,
    checkAnonymous: ({ uid }: t.TypeOf<typeof ByFile>) => checkPublic('content', uid),
  }
  const ofExport = {
    params: ByExport,
    checkAnonymous: ({ uid }: t.TypeOf<typeof ByExport>) => vods.checkPublicExport(uid),
  }

  routes.get(
    '/exports/parts/:uid{.:ext}',
    handle({
      credential,
      params: ByPart,
      handler: ({ credential: viewer, params, incoming }) =>
        pipe(
          exports.openPart(params.uid, viewer),
          TE.map((bytes) => replyWithBytes(incoming, bytes, viewer)),
        ),
    }),
  )

  const list = <U, Q extends { readonly presign?: Presign }, S extends Signature>(
    format: PlaylistFormat,
    { params, checkAnonymous }: Listed<U>,
    query: t.Type<Q, unknown, unknown>,
    show: (uid: U, caller: Caller, query: Q) => PlaylistResult<Found<SignablePlaylist<S>>>,
  ) =>
    handle({
      credential,
      params,
      query,
      checkAnonymous,
      anonymousFault: presignWithoutToken,
      handler: ({ credential: viewer, params, query, incoming }) =>
        pipe(
          show(params.uid, viewer, query),
          TE.flatMap((found) => replyWithPlaylist(incoming, { found, format, viewer })),
        ),
    })

  routes.get(
    '/exports/:uid.iframes.m3u8', // must precede the next route, which would match it as a uid
    list('m3u8', ofExport, M3u8Query, (uid, caller, { presign = null }) =>
      vods.showIFrames(uid, caller, presign),
    ),
  )

  routes.get(
    '/exports/:uid.m3u8',
    list('m3u8', ofExport, M3u8Query, (uid, caller, { presign = null }) =>
      vods.showMediaPlaylist(uid, caller, presign),
    ),
  )

  routes.get(
    '/:uid/web.json',
    list('json', ofFile, UrlQuery, (uid, caller, { presign = null }) =>
      playlists.showWeb(uid, caller, presign),
    ),
  )

  routes.get(
    '/:uid/dash.mpd',
    list('dash', ofFile, UrlQuery, (uid, caller, { presign = null }) => vods.showDash(uid, caller, presign)),
  )

  routes.get(
    ['/:uid/mobile.m3u8', '/:uid/ios.m3u8', '/:uid/android.m3u8'],
    list('m3u8', ofFile, MasterQuery, (uid, caller, { presign = null, ...filter }) =>
      playlists.showMobile(uid, caller, presign, filter),
    ),
  )
  routes.get(
    '/:uid/status',
    handle({
      credential,
      params: ByFile,
      handler: ({ credential: viewer, params: { uid }, incoming }) =>
        replyWithMediaState(incoming, 'content', uid, viewer),
    }),
  )
  return routes
}
