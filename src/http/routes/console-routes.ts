import * as t from 'io-ts'
import { authorizeFile, isFileOfKind } from '../../domain/access/authorize-file.ts'
import type { CheckedMediaTokens } from '../../domain/access/checked-media-tokens.ts'
import type { PublicCheck } from '../../domain/access/public-files.ts'
import { AnyUid } from '../../domain/media/ids.ts'
import { type MediaKind, mediaKinds } from '../../domain/media/media-kind.ts'
import { type Forbidden, forbidden, type Unavailable } from '../../domain/shared/errors.ts'
import { pipe, TE } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
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
}

/**
 * Allows only Larder's own files. `blob:` is needed by hls.js, which passes video to the player through blob
 * URLs.
 */
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

const pageReply = (html: string): Reply => ({
  status: 200,
  headers: {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Security-Policy': contentSecurityPolicy,
  },
  body: html,
})

const noSuchAsset = errorReply({ status: 404, type: 'not_found', message: 'there is no such file' })

const ByUid = t.strict({ uid: AnyUid })
const AssetName = t.strict({ name: t.string })

/** The routes of pages for people (http-api.md §10). */
export const consoleRoutes = (
  { checkedTokens, checkPublic, consoleAssets, clock }: Deps,
  handle: RouteHandler,
): RouteGroup => {
  const routes = createRouteGroup('/console')
  // A share link does not contain the kind of the media, so a token of either kind is accepted. The audience
  // of the token shows the kind.
  const credential = anyMediaCallerAuthenticator(checkedTokens)

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
      credential,
      params: ByUid,
      handler: ({ credential: viewer, params: { uid } }) =>
        viewer === null
          ? pipe(
              kindOfPublic(uid),
              TE.map((kind) => ({ ...pageReply(watchPage(kind, uid)), ...publicReply })),
            )
          : pipe(
              TE.fromEither(authorizeFile(viewer, uid)),
              TE.map(() => pageReply(watchPage(viewer.kind, uid))),
            ),
    }),
  )

  routes.get(
    '/assets/:name',
    handle({
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
