import { E, pipe, TE } from '../../fp.ts'
import { cacheKeys } from '../../ports/cache-keys.ts'
import type { Clock } from '../../ports/clock.ts'
import type { ImageFileRepository } from '../../ports/image-file-repository.ts'
import type { CallerAccess } from '../access/caller-access.ts'
import type { CheckedMediaTokens } from '../access/checked-media-tokens.ts'
import type { PlaylistSigning } from '../access/playlist-signing.ts'
import type { PublicCheck } from '../access/public-files.ts'
import { type PlaylistResult, renderPlaylistOfFile } from '../access/render-playlist.ts'
import { isUnrestricted, permitsExport, unrestricted } from '../access/restrictions.ts'
import { signJson } from '../access/sign-json.ts'
import type { SignablePlaylist } from '../access/signable-playlist.ts'
import type { UrlSignature } from '../access/signature.ts'
import { defaultTtlSeconds } from '../access/token-lifetimes.ts'
import type { Caller, UrlPresign } from '../access/viewer.ts'
import { type Found, mapFound } from '../caching/found.ts'
import { memoize } from '../caching/memoize.ts'
import type { ReadThrough } from '../caching/read-through.ts'
import type { ImageFileUid } from '../media/ids.ts'
import { notFound } from '../shared/errors.ts'
import { chooseBestExport, type ImagePreferences } from './best-export.ts'
import {
  type ListedImage,
  parseImagePlaylist,
  restrictImagePlaylist,
  toImagePlaylist,
} from './image-playlist.ts'

/** The playlist of a public image for `public=1`, and a fresh token for it. */
type PublicImagePlaylist = {
  readonly list: Found<SignablePlaylist<UrlSignature>>
  readonly jwt: string
  /** Time at which the token expires (seconds since 1970). */
  readonly exp: number
}

/** Playlists of the exports of an image. */
export type ImagePlaylistService = {
  /** Returns the JSON playlist (http-api.md §4.1). A caller without a token gets that of a public image, unsigned. */
  readonly showImages: (
    uid: ImageFileUid,
    caller: Caller,
    presign: UrlPresign | null,
  ) => PlaylistResult<Found<SignablePlaylist<UrlSignature>>>
  /**
   * Returns the JSON playlist with a new token. Fails with Forbidden('not_public') unless the image is public
   * (http-api.md §4.2).
   */
  readonly showPublicImages: (
    uid: ImageFileUid,
    presign: UrlPresign | null,
  ) => PlaylistResult<PublicImagePlaylist>
  /** Returns the best export (http-api.md §4.4). */
  readonly chooseImage: (
    uid: ImageFileUid,
    caller: Caller,
    preferences: ImagePreferences,
  ) => PlaylistResult<ListedImage>
}

type Deps = {
  readonly readThrough: ReadThrough
  readonly callerAccess: Pick<CallerAccess, 'authorize'>
  readonly checkPublic: PublicCheck
  readonly imageFiles: ImageFileRepository
  readonly checkedTokens: CheckedMediaTokens
  readonly imageSigning: PlaylistSigning
  readonly publicUrl: string
  readonly clock: Clock
}

/** Maximum total length in characters of the playlists whose parsed form is memoized. */
const maxParsedLength = 4 * 1024 * 1024

export const createImagePlaylistService = (deps: Deps): ImagePlaylistService => {
  const { readThrough, callerAccess, checkPublic, imageFiles, checkedTokens, imageSigning } = deps
  const { publicUrl, clock } = deps
  const parseImages = memoize(maxParsedLength, parseImagePlaylist)

  const imagePlaylist = (uid: ImageFileUid) =>
    readThrough(
      cacheKeys.imagePlaylist({ uid }),
      pipe(
        imageFiles.listExports(uid),
        TE.filterOrElseW(
          (exports) => exports.length > 0,
          () => notFound('image_file', uid),
        ),
        TE.map((exports) => toImagePlaylist(exports, publicUrl)),
      ),
    )

  const signUrls = (text: string, signature: UrlSignature) => signJson(text, publicUrl, signature)

  return {
    showImages: (uid, caller, presign) =>
      renderPlaylistOfFile(uid, caller, callerAccess.authorize('image', uid, caller), {
        text: imagePlaylist(uid),
        applyRestrictions: (text, restrictions) =>
          TE.right(isUnrestricted(restrictions) ? text : restrictImagePlaylist(text, restrictions)),
        signature: imageSigning.ofUrls(caller, presign),
        sign: signUrls,
      }),

    showPublicImages: (uid, presign) => async () => {
      const permitted = await checkPublic('image', uid)()
      if (E.isLeft(permitted)) return permitted
      const text = await imagePlaylist(uid)()
      if (E.isLeft(text)) return text
      const mode = presign ?? 'none'
      const exp = Math.floor(clock() / 1000) + defaultTtlSeconds
      return pipe(
        checkedTokens.mint('image', uid, defaultTtlSeconds, unrestricted, { pub: true }),
        TE.map((jwt) => {
          const signature: UrlSignature = mode === 'none' ? { mode } : { mode, source: 'minted', jwt }
          return { jwt, exp, list: mapFound(text.right, (text) => ({ text, signature, sign: signUrls })) }
        }),
      )()
    },

    chooseImage: (uid, caller, preferences) => async () => {
      const permitted = await callerAccess.authorize('image', uid, caller)()
      if (E.isLeft(permitted)) return permitted
      const text = await imagePlaylist(uid)()
      if (E.isLeft(text)) return text
      const restrictions = caller?.grant.restrictions ?? unrestricted
      const images = parseImages(text.right.value).filter((image) => permitsExport(restrictions, image))
      const best = chooseBestExport(images, preferences)
      return best === null ? E.left(notFound('image_file', uid)) : E.right(best)
    },
  }
}
