import Router from '@koa/router'
import * as t from 'io-ts'
import { mayView } from '../domain/access/access.ts'
import type { Viewer } from '../domain/access/viewer.ts'
import { ContentFileUid } from '../domain/shared/ids.ts'
import { E, O, pipe, TE } from '../fp.ts'
import type { MediaKind, MediaTokens } from '../ports/media-tokens.ts'
import type { ProgressBoard } from '../ports/progress-board.ts'
import { type Authenticate, anybody, mediaViewer } from './credential.ts'
import type { Handle } from './handle.ts'
import { errorReply, json, type Reply } from './reply.ts'
import { watchPage } from './watch-page.ts'

/** Files of the console by name (`watch.js`), built once and kept in memory. */
export type ConsoleAssets = ReadonlyMap<string, { readonly contentType: string; readonly body: Uint8Array }>

type Deps = {
  readonly tokens: MediaTokens
  readonly progress: ProgressBoard
  readonly consoleAssets: ConsoleAssets
}

/** Nothing but our own files runs or is loaded; hls.js feeds the player from blobs. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "media-src 'self' blob:",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const page = (html: string): Reply => ({
  status: 200,
  headers: {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Security-Policy': contentSecurityPolicy,
  },
  body: html,
})

type Watcher = { readonly kind: MediaKind; readonly viewer: Viewer }

/** A share link says neither picture nor film: the token's audience does. */
const watcher = (tokens: MediaTokens): Authenticate<Watcher> => {
  const asContent = mediaViewer(tokens, 'content')
  const asImage = mediaViewer(tokens, 'image')
  return (incoming) =>
    pipe(
      asContent(incoming),
      TE.map((viewer): Watcher => ({ kind: 'content', viewer })),
      TE.orElse(() =>
        pipe(
          asImage(incoming),
          TE.map((viewer): Watcher => ({ kind: 'image', viewer })),
        ),
      ),
    )
}

const AnyUid = t.strict({ uid: ContentFileUid })
const AssetName = t.strict({ name: t.string })

/** Pages for people, http-api.md §10. */
export const consoleRoutes = ({ tokens, progress, consoleAssets }: Deps, handle: Handle): Router => {
  const router = new Router({ prefix: '/console' })
  const authenticate = watcher(tokens)

  router.get(
    '/watch/:uid',
    handle({
      credential: authenticate,
      params: AnyUid,
      query: t.unknown,
      run: ({ credential, params: { uid } }) =>
        pipe(
          TE.fromEither(mayView(credential.viewer, uid)),
          TE.map(() => page(watchPage(credential.kind, uid))),
        ),
    }),
  )

  router.get(
    '/watch/:uid/progress',
    handle({
      credential: authenticate,
      params: AnyUid,
      query: t.unknown,
      run: ({ credential, params: { uid } }) =>
        pipe(
          TE.fromEither(mayView(credential.viewer, uid)),
          TE.map(() => json({ progress: O.toNullable(progress.read(uid)) })),
        ),
    }),
  )

  router.get(
    '/assets/:name',
    handle({
      credential: anybody,
      params: AssetName,
      query: t.unknown,
      run: ({ params: { name } }) => {
        const asset = consoleAssets.get(name)
        if (asset === undefined)
          return TE.right(errorReply({ status: 404, type: 'not_found', message: 'there is no such file' }))
        const { contentType, body } = asset
        return async () =>
          E.right({
            status: 200,
            headers: { 'Content-Type': contentType, 'Cache-Control': 'no-cache' },
            body,
          })
      },
    }),
  )
  return router
}
