import Router from '@koa/router'
import * as t from 'io-ts'
import type { Viewer } from '../domain/access/viewer.ts'
import type { ExportService } from '../domain/export/export-service.ts'
import type { ServableBytes } from '../domain/export/servable-bytes.ts'
import { imagePath, type ListedImage } from '../domain/playlist/image-playlist.ts'
import type { PlaylistService } from '../domain/playlist/playlist-service.ts'
import { ImageExportUid, ImageFileUid } from '../domain/shared/ids.ts'
import { apiPath } from '../domain/shared/public-urls.ts'
import { pipe, TE } from '../fp.ts'
import type { MediaTokens } from '../ports/media-tokens.ts'
import type { Headers } from './bytes/representation-headers.ts'
import type { BytesReply } from './bytes-reply.ts'
import { mediaViewerOrNobody } from './credential.ts'
import type { Handle } from './handle.ts'
import { type NotSet, notSet } from './http-error.ts'
import { acceptClientHints, ImageQuery, imageWish } from './image-wish.ts'
import type { ListReply } from './lists/list-reply.ts'
import { PresignUrls, QueryBoolean } from './query-codecs.ts'
import { listCacheControl } from './reply.ts'

type Deps = {
  readonly playlists: PlaylistService
  readonly exports: ExportService
  readonly tokens: MediaTokens
  readonly bytesReply: BytesReply
  readonly listReply: ListReply
}

const ByImage = t.strict({ uid: ImageFileUid })
const ByExport = t.strict({ uid: ImageExportUid })
const ListQuery = t.partial({ presign: PresignUrls, public: QueryBoolean })

/** What is chosen may be another export tomorrow: unlike an export's own bytes, it is fresh for as long as a list. */
const chosenOf = (image: ListedImage, { isPublic }: ServableBytes, vary: ReadonlyArray<string>): Headers => ({
  'Accept-CH': acceptClientHints,
  'Content-Location': `${apiPath}${imagePath(image)}`,
  'Cache-Control': isPublic ? listCacheControl.replace('private', 'public') : listCacheControl,
  ...(vary.length > 0 && { Vary: vary.join(', ') }),
})

/** http-api.md §4. */
export const imageRoutes = (
  { playlists, exports, tokens, bytesReply, listReply }: Deps,
  handle: Handle,
): Router => {
  const router = new Router({ prefix: '/api/1/image_files' })
  const viewerOrNobody = mediaViewerOrNobody(tokens, 'image')

  router.get(
    '/playlist/:uid',
    handle({
      credential: viewerOrNobody,
      params: ByImage,
      query: ListQuery,
      run: ({ credential: viewer, params: { uid }, query, incoming }) => {
        if (query.public)
          return pipe(
            playlists.showPublicImages(uid, query.presign ?? null),
            TE.flatMap(({ list: found, jwt }) =>
              listReply(incoming, {
                found,
                format: 'json',
                viewer: null,
                headers: { 'x-image-file-jwt': jwt },
              }),
            ),
          )
        if (viewer === null) return TE.left(notSet)
        return pipe(
          playlists.showImages(uid, viewer, query.presign ?? null),
          TE.flatMap((found) => listReply(incoming, { found, format: 'json', viewer })),
        )
      },
    }),
  )

  /** Without a token, what is not public is as if nobody had asked with one (W16). */
  const unlessNobody =
    (viewer: Viewer | null) =>
    <L extends { readonly _tag: string }>(error: L): L | NotSet =>
      viewer === null && error._tag === 'Forbidden' ? notSet : error

  router.get(
    '/:uid/best',
    handle({
      credential: viewerOrNobody,
      params: ByImage,
      query: ImageQuery,
      run: ({ credential: viewer, params, query, incoming }) => {
        const { wish, vary } = imageWish(query, incoming.headers)
        const serve = (image: ListedImage) =>
          pipe(
            exports.openImage(image.uid, viewer),
            TE.map((found) => bytesReply(incoming, found, viewer, chosenOf(image, found.value, vary))),
          )
        return pipe(
          playlists.chooseImage(params.uid, viewer, wish),
          TE.flatMap(serve),
          TE.mapLeft(unlessNobody(viewer)),
        )
      },
    }),
  )

  router.get(
    '/image/:uid{.:ext}',
    handle({
      credential: viewerOrNobody,
      params: ByExport,
      query: t.unknown,
      run: ({ credential: viewer, params, incoming }) =>
        pipe(
          exports.openImage(params.uid, viewer),
          TE.mapLeft(unlessNobody(viewer)),
          TE.map((found) => bytesReply(incoming, found, viewer)),
        ),
    }),
  )
  return router
}
