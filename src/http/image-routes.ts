import Router from '@koa/router'
import * as t from 'io-ts'
import type { ExportService } from '../domain/export/export-service.ts'
import type { PlaylistService } from '../domain/playlist/playlist-service.ts'
import { ImageExportUid, ImageFileUid } from '../domain/shared/ids.ts'
import { pipe, TE } from '../fp.ts'
import type { MediaTokens } from '../ports/media-tokens.ts'
import type { BytesReply } from './bytes-reply.ts'
import { mediaViewerOrNobody } from './credential.ts'
import type { Handle } from './handle.ts'
import { notSet } from './http-error.ts'
import { PresignUrls, QueryBoolean } from './query-codecs.ts'
import { jsonList } from './reply.ts'

type Deps = {
  readonly playlists: PlaylistService
  readonly exports: ExportService
  readonly tokens: MediaTokens
  readonly bytesReply: BytesReply
}

const ByImage = t.strict({ uid: ImageFileUid })
const ByExport = t.strict({ uid: ImageExportUid })
const ListQuery = t.partial({ presign: PresignUrls, public: QueryBoolean })

/** wire.md §4.1–4.3. */
export const imageRoutes = ({ playlists, exports, tokens, bytesReply }: Deps, handle: Handle): Router => {
  const router = new Router({ prefix: '/api/1/image_files' })
  const viewerOrNobody = mediaViewerOrNobody(tokens, 'image')

  router.get(
    '/playlist/:uid',
    handle({
      credential: viewerOrNobody,
      params: ByImage,
      query: ListQuery,
      run: ({ credential: viewer, params: { uid }, query }) => {
        if (query.public)
          return pipe(
            playlists.showPublicImages(uid, query.presign ?? null),
            TE.map(({ body, jwt }) => jsonList(body, { 'x-image-file-jwt': jwt })),
          )
        if (viewer === null) return TE.left(notSet)
        return pipe(
          playlists.showImages(uid, viewer, query.presign ?? null),
          TE.map((body) => jsonList(body)),
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
          // Without a token, what is not public is as if nobody had asked with one (W16).
          TE.mapLeft((error) => (viewer === null && error._tag === 'Forbidden' ? notSet : error)),
          TE.map((bytes) => bytesReply(incoming, bytes)),
        ),
    }),
  )
  return router
}
