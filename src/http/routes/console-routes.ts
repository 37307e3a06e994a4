import * as t from 'io-ts'
import { authorizeFile, isFileOfKind } from '../../domain/access/authorize-file.ts'
import type { CheckedMediaTokens } from '../../domain/access/checked-media-tokens.ts'
import type { PublicCheck } from '../../domain/access/public-files.ts'
import { AnyUid } from '../../domain/media/ids.ts'
import { type MediaKind, mediaKinds } from '../../domain/media/media-kind.ts'
import { type Forbidden, forbidden, type Unavailable } from '../../domain/shared/errors.ts'
import { withDescription } from '../../domain/shared/json-schema.ts'
import { pipe, TE } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import { pageOf } from '../openapi/reply-descriptions.ts'
import { watchPage } from '../pages/watch-page.ts'
import { anonymousAuthenticator, anyMediaCallerAuthenticator } from '../request/credential.ts'
import { type Asset, createAssetReply } from '../response/asset-reply.ts'
import { errorReply } from '../response/error-replies.ts'
import { publicReply, type Reply } from '../response/reply.ts'
import type { RouteHandler } from '../route-handler.ts'
import { createRouteGroup, type RouteGroup } from '../router.ts'

/** Files of the console by name (`watch.js`). The files are built in advance and kept in memory. */
export type ConsoleAssets = ReadonlyMap<string, Asset>

type Deps = {
  readonly checkedTokens: CheckedMediaTokens
  readonly checkPublic: PublicCheck
  readonly consoleAssets: ConsoleAssets
  readonly clock: Clock
  /** The sites that may read media. They may also show the page of a public file in a frame. */
  readonly corsOrigins: ReadonlyArray<string>
}

/**
 * Allows only Larder's own files. `blob:` is needed by hls.js, which passes video to the player through blob
 * URLs.
 */
const contentSecurityPolicy = (framedBy: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "media-src 'self' blob:",
    "worker-src 'self' blob:",
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${framedBy}`,
  ].join('; ')

const pageReply = (html: string, policy: string): Reply => ({
  status: 200,
  headers: {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Security-Policy': policy,
  },
  body: html,
})

const noSuchAsset = errorReply({ status: 404, type: 'not_found', message: 'there is no such file' })

const ByUid = t.strict({ uid: AnyUid })
const AssetName = t.strict({ name: withDescription(t.string, 'The name of a file.') })

/** The routes of pages for people (http-api.md §10). */
export const consoleRoutes = (
  { checkedTokens, checkPublic, consoleAssets, clock, corsOrigins }: Deps,
  handle: RouteHandler,
): RouteGroup => {
  const routes = createRouteGroup('/console')
  // A share link does not contain the kind of the media, so a token of either kind is accepted. The audience
  // of the token shows the kind.
  const credential = anyMediaCallerAuthenticator(checkedTokens)

  // The page of a public file shows nothing but what the site may read anyway. The address of any other contains a token.
  const publicPolicy = contentSecurityPolicy(corsOrigins.join(' '))
  const privatePolicy = contentSecurityPolicy("'none'")

  /** Returns the kind of a public file. An old uid does not tell the kind, so both are tried. */
  const kindOfPublic = (uid: string): TE.TaskEither<Forbidden | Unavailable, MediaKind> =>
    mediaKinds
      .filter((kind) => isFileOfKind(kind, uid))
      .reduce<TE.TaskEither<Forbidden | Unavailable, MediaKind>>(
        (found, kind) =>
          pipe(
            found,
            TE.orElse((error) =>
              error._tag === 'Forbidden'
                ? pipe(
                    checkPublic(kind, uid),
                    TE.map(() => kind),
                  )
                : TE.left(error),
            ),
          ),
        TE.left(forbidden('not_public')),
      )
  const assetReplies = new Map(
    [...consoleAssets].map(([name, asset]) => [name, createAssetReply(asset, clock)]),
  )

  routes.get(
    '/watch/:uid',
    handle({
      about: {
        id: 'showWatchPage',
        tag: 'service',
        summary: 'Shows a page with the picture, or a player of the film.',
        replies: { 200: pageOf('The page.') },
      },
      credential,
      params: ByUid,
      handler: ({ credential: viewer, params: { uid } }) =>
        viewer === null
          ? pipe(
              kindOfPublic(uid),
              TE.map((kind) => ({ ...pageReply(watchPage(kind, uid), publicPolicy), ...publicReply })),
            )
          : pipe(
              TE.fromEither(authorizeFile(viewer, uid)),
              TE.map(() => pageReply(watchPage(viewer.kind, uid), privatePolicy)),
            ),
    }),
  )

  routes.get(
    '/assets/:name',
    handle({
      about: {
        id: 'showAsset',
        tag: 'service',
        summary: 'Sends a script or a style of the pages.',
        headers: ['If-None-Match'],
        replies: {
          200: {
            description: 'The file.',
            content: { 'text/javascript': null, 'text/css': null },
            headers: ['Cache-Control', 'ETag'],
          },
          304: { description: 'It has not changed.', content: {}, headers: ['Cache-Control', 'ETag'] },
        },
        errors: [404, 412],
      },
      credential: anonymousAuthenticator,
      params: AssetName,
      handler: ({ params: { name }, incoming }) => {
        const assetReply = assetReplies.get(name)
        return assetReply === undefined ? TE.right(noSuchAsset) : assetReply(incoming)
      },
    }),
  )
  return routes
}
