import * as t from 'io-ts'
import type { CheckedMediaTokens } from '../../domain/access/checked-media-tokens.ts'
import type { PublicCheck } from '../../domain/access/public-files.ts'
import { apiPath } from '../../domain/access/public-urls.ts'
import type { Caller } from '../../domain/access/viewer.ts'
import type { ExportService } from '../../domain/export/export-service.ts'
import { ImageExportUid, ImageFileUid } from '../../domain/media/ids.ts'
import { imagePath, type ListedImage } from '../../domain/playlist/image-playlist.ts'
import { ImagePlaylistJson } from '../../domain/playlist/playlist-json.ts'
import type { PlaylistService } from '../../domain/playlist/playlist-service.ts'
import { pipe, TE } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import { type PublicCaching, publicListHeaders } from '../bytes/public-caching.ts'
import type { Headers } from '../bytes/representation-headers.ts'
import type { CorsPolicy } from '../middleware/cors.ts'
import { bytesOf, listOf } from '../openapi/reply-descriptions.ts'
import { stateOf } from '../openapi/state-description.ts'
import type { ReplyWithPlaylist } from '../playlists/playlist-reply.ts'
import { presignWithoutToken } from '../request/anonymous-presign.ts'
import { mediaCallerAuthenticator } from '../request/credential.ts'
import { acceptClientHints, ImageQuery, readImagePreferences } from '../request/image-preferences.ts'
import { PresignUrls, QueryBoolean } from '../request/query-codecs.ts'
import type { ReplyWithBytes } from '../response/bytes-reply.ts'
import type { ReplyWithMediaState } from '../response/media-state-reply.ts'
import { playlistCacheControl, secondsUntilExpiry } from '../response/reply.ts'
import type { RouteHandler } from '../route-handler.ts'
import { createRouteGroup, type RouteGroup } from '../router.ts'

type Deps = {
  readonly playlists: PlaylistService
  readonly exports: ExportService
  readonly checkedTokens: CheckedMediaTokens
  readonly checkPublic: PublicCheck
  readonly publicCaching: PublicCaching
  readonly replyWithBytes: ReplyWithBytes
  readonly replyWithPlaylist: ReplyWithPlaylist
  readonly replyWithMediaState: ReplyWithMediaState
  readonly sharing: CorsPolicy
  readonly clock: Clock
}

const ByImage = t.strict({ uid: ImageFileUid })
const ByExport = t.strict({ uid: ImageExportUid })
const ListQuery = t.partial({ presign: PresignUrls, public: QueryBoolean })

const imageList = listOf('application/json', ImagePlaylistJson, 'The list.', ['x-image-file-jwt'])
const bestImage = bytesOf(['image/*'], 'The picture.', ['Content-Location', 'Accept-CH'])

/**
 * Returns the headers of a reply with a selected export. A later request may select another export, so caches
 * may store this reply only for the short time of a playlist, unlike the export itself.
 */
const negotiationHeaders = (
  image: ListedImage,
  vary: ReadonlyArray<string>,
  cacheHeaders: Headers,
): Headers => ({
  'Accept-CH': acceptClientHints,
  'Content-Location': `${apiPath}${imagePath(image)}`,
  ...cacheHeaders,
  ...(vary.length > 0 && { Vary: vary.join(', ') }),
})

/** The routes of images: playlists, the best export, exports (http-api.md §4), and states (§5.11). */
export const imageRoutes = (
  {
    playlists,
    exports,
    checkedTokens,
    checkPublic,
    publicCaching,
    replyWithBytes,
    replyWithPlaylist,
    replyWithMediaState,
    sharing,
    clock,
  }: Deps,
  handle: RouteHandler,
): RouteGroup => {
  const routes = createRouteGroup('/api/1/image_files', sharing)
  const credential = mediaCallerAuthenticator(checkedTokens, 'image')
  const checkAnonymous = ({ uid }: { readonly uid: ImageFileUid }) => checkPublic('image', uid)

  const listHeaders = (caller: Caller, uid: ImageFileUid): Headers =>
    caller === null
      ? publicListHeaders(publicCaching, uid)
      : { 'Cache-Control': playlistCacheControl(secondsUntilExpiry(caller.grant.exp, clock)) }

  routes.get(
    '/playlist/:uid',
    handle({
      about: {
        id: 'showImagePlaylist',
        tag: 'images',
        summary: 'Lists the exports of a picture, by format, the smallest first.',
        parameters: {
          public:
            'Whether to send a fresh token for a public picture; without a token it can be read anyway.',
        },
        ...imageList,
      },
      credential,
      params: ByImage,
      query: ListQuery,
      checkAnonymous,
      // `public=1` asks for a new token, which may be in the URLs.
      anonymousFault: (query) => (query.public ? null : presignWithoutToken(query)),
      forbidsAnonymous: (query) => query.public === true,
      handler: ({ credential: viewer, params: { uid }, query, incoming }) => {
        if (query.public)
          return pipe(
            playlists.showPublicImages(uid, query.presign ?? null),
            TE.flatMap(({ list: found, jwt, exp }) =>
              replyWithPlaylist(incoming, { found, format: 'json', viewer: null, minted: { jwt, exp } }),
            ),
          )
        return pipe(
          playlists.showImages(uid, viewer, query.presign ?? null),
          TE.flatMap((found) => replyWithPlaylist(incoming, { found, format: 'json', viewer })),
        )
      },
    }),
  )

  routes.get(
    '/:uid/best',
    handle({
      about: {
        id: 'showBestImage',
        tag: 'images',
        summary: 'Sends the export that fits a size and the formats of the client.',
        parameters: {
          w: 'Width in CSS pixels.',
          h: 'Height in CSS pixels.',
          dpr: 'Device pixels per CSS pixel.',
        },
        ...bestImage,
        errors: [404, ...bestImage.errors],
      },
      credential,
      params: ByImage,
      query: ImageQuery,
      checkAnonymous,
      handler: ({ credential: viewer, params, query, incoming }) => {
        const { preferences, vary } = readImagePreferences(query, incoming.headers)
        const serve = (image: ListedImage) =>
          pipe(
            exports.openImage(image.uid, viewer),
            TE.map((found) =>
              replyWithBytes(
                incoming,
                found,
                viewer,
                negotiationHeaders(image, vary, listHeaders(viewer, params.uid)),
              ),
            ),
          )
        return pipe(playlists.chooseImage(params.uid, viewer, preferences), TE.flatMap(serve))
      },
    }),
  )

  routes.get(
    '/image/:uid{.:ext}',
    handle({
      about: {
        id: 'showImage',
        tag: 'images',
        summary: 'Sends the bytes of an export.',
        ...bytesOf(['image/*'], 'The picture.'),
      },
      credential,
      params: ByExport,
      handler: ({ credential: viewer, params, incoming }) =>
        pipe(
          exports.openImage(params.uid, viewer),
          TE.map((found) => replyWithBytes(incoming, found, viewer)),
        ),
    }),
  )
  routes.get(
    '/:uid/status',
    handle({
      about: { id: 'showImageState', tag: 'images', ...stateOf },
      credential,
      params: ByImage,
      handler: ({ credential: viewer, params: { uid }, incoming }) =>
        replyWithMediaState(incoming, 'image', uid, viewer),
    }),
  )
  return routes
}
