import Router from '@koa/router'
import * as t from 'io-ts'
import { mayView } from '../domain/access/access.ts'
import type { Viewer } from '../domain/access/viewer.ts'
import { ContentFileUid } from '../domain/shared/ids.ts'
import { O, pipe, TE } from '../fp.ts'
import type { Clock } from '../ports/clock.ts'
import type { MediaKind, MediaTokens } from '../ports/media-tokens.ts'
import type { ProgressBoard } from '../ports/progress-board.ts'
import { type Asset, createAssetReply } from './asset-reply.ts'
import { type Authenticate, anybody, mediaViewer } from './credential.ts'
import type { Handle } from './handle.ts'
import { errorReply, json, type Reply } from './reply.ts'
import { watchPage } from './watch-page.ts'

/** Files of the console by name (`watch.js`), built once and kept in memory. */
export type ConsoleAssets = ReadonlyMap<string, Asset>

type Deps = {
  readonly tokens: MediaTokens
  readonly progress: ProgressBoard
  readonly consoleAssets: ConsoleAssets
  readonly clock: Clock
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

/** Whether the signature of a token was good, so that the error says more than that it was the other kind's. */
const isOfSignedToken = (error: { readonly _tag: string; readonly reason?: string }): boolean =>
  error._tag === 'Forbidden' && error.reason !== 'signature' && error.reason !== 'unknown_key'

/** A share link says neither picture nor film: the token's audience does. */
const watcher = (tokens: MediaTokens): Authenticate<Watcher> => {
  const asContent = mediaViewer(tokens, 'content')
  const asImage = mediaViewer(tokens, 'image')
  return (incoming) =>
    pipe(
      asContent(incoming),
      TE.map((viewer): Watcher => ({ kind: 'content', viewer })),
      TE.orElse((asContentError) =>
        pipe(
          asImage(incoming),
          TE.map((viewer): Watcher => ({ kind: 'image', viewer })),
          TE.mapLeft((error) => (isOfSignedToken(asContentError) ? asContentError : error)),
        ),
      ),
    )
}

const noSuchAsset = errorReply({ status: 404, type: 'not_found', message: 'there is no such file' })

const AnyUid = t.strict({ uid: ContentFileUid })
const AssetName = t.strict({ name: t.string })

/** Pages for people, http-api.md §10. */
export const consoleRoutes = ({ tokens, progress, consoleAssets, clock }: Deps, handle: Handle): Router => {
  const router = new Router({ prefix: '/console' })
  const authenticate = watcher(tokens)
  const assetReplies = new Map(
    [...consoleAssets].map(([name, asset]) => [name, createAssetReply(asset, clock)]),
  )

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
      run: ({ params: { name }, incoming }) => {
        const assetReply = assetReplies.get(name)
        return assetReply === undefined ? TE.right(noSuchAsset) : assetReply(incoming)
      },
    }),
  )
  return router
}
