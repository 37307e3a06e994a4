import { E, pipe, TE } from '../../fp.ts'
import { cacheKeys } from '../../ports/cache-keys.ts'
import type { Clock } from '../../ports/clock.ts'
import type { ImageFileRepository } from '../../ports/image-file-repository.ts'
import { authorizeFile } from '../access/authorize-file.ts'
import type { CheckedMediaTokens } from '../access/checked-media-tokens.ts'
import type { PlaylistSigning } from '../access/playlist-signing.ts'
import type { PublicImageCheck } from '../access/public-images.ts'
import { type PlaylistResult, renderPlaylistOfFile } from '../access/render-playlist.ts'
import { isUnrestricted, permitsExport, unrestricted } from '../access/restrictions.ts'
import { signJson } from '../access/sign-json.ts'
import type { SignablePlaylist } from '../access/signable-playlist.ts'
import type { UrlSignature } from '../access/signature.ts'
import { defaultTtlSeconds } from '../access/token-lifetimes.ts'
import type { UrlPresign, Viewer } from '../access/viewer.ts'
import { type Found, mapFound } from '../caching/found.ts'
import { memoize } from '../caching/memoize.ts'
import type { ReadThrough } from '../caching/read-through.ts'
import type { ImageFileUid } from '../media/ids.ts'
import { type Forbidden, notFound, type Unavailable } from '../shared/errors.ts'
import { chooseBestExport, type ImagePreferences } from './best-export.ts'
import {
  type ListedImage,
  parseImagePlaylist,
  restrictImagePlaylist,
  toImagePlaylist,
} from './image-playlist.ts'

/** The playlist of a public image, and a fresh token for it. */
type PublicImagePlaylist = {
  readonly list: Found<SignablePlaylist<UrlSignature>>
  readonly jwt: string
  /** Time at which the token expires (seconds since 1970). */
  readonly exp: number
}

/** Playlists of the exports of an image. */
export type ImagePlaylistService = {
  /** Returns the JSON playlist (http-api.md §4.1). */
  readonly showImages: (
    uid: ImageFileUid,
    viewer: Viewer,
    presign: UrlPresign | null,
  ) => PlaylistResult<Found<SignablePlaylist<UrlSignature>>>
  /**
   * Returns the JSON playlist for a caller without a token. Fails with Forbidden('not_public') unless the
   * image is public (http-api.md §4.2).
   */
  readonly showPublicImages: (
    uid: ImageFileUid,
    presign: UrlPresign | null,
  ) => PlaylistResult<PublicImagePlaylist>
  /** Succeeds if the image is public. Fails with Forbidden('not_public') otherwise. */
  readonly checkPublic: (uid: ImageFileUid) => TE.TaskEither<Forbidden | Unavailable, unknown>
  /**
   * Returns the best export (http-api.md §4.4). `viewer` is `null` for a caller without a token, who can read
   * public images only.
   */
  readonly chooseImage: (
    uid: ImageFileUid,
    viewer: Viewer | null,
    preferences: ImagePreferences,
  ) => PlaylistResult<ListedImage>
}

type Deps = {
  readonly readThrough: ReadThrough
  readonly checkPublic: PublicImageCheck
  readonly imageFiles: ImageFileRepository
  readonly checkedTokens: CheckedMediaTokens
  readonly imageSigning: PlaylistSigning
  readonly publicUrl: string
  readonly clock: Clock
}

/** Maximum total length in characters of the playlists whose parsed form is memoized. */
const maxParsedLength = 4 * 1024 * 1024

export const createImagePlaylistService = (deps: Deps): ImagePlaylistService => {
  const { readThrough, checkPublic, imageFiles, checkedTokens, imageSigning, publicUrl, clock } = deps
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
    showImages: (uid, viewer, presign) =>
      renderPlaylistOfFile(uid, viewer, {
        text: imagePlaylist(uid),
        applyRestrictions: (text, restrictions) =>
          TE.right(isUnrestricted(restrictions) ? text : restrictImagePlaylist(text, restrictions)),
        signature: imageSigning.ofUrls(viewer, presign),
        sign: signUrls,
      }),

    showPublicImages: (uid, presign) => async () => {
      const permitted = await checkPublic(uid)()
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

    checkPublic,

    chooseImage: (uid, viewer, preferences) => async () => {
      const permitted = viewer === null ? await checkPublic(uid)() : authorizeFile(viewer, uid)
      if (E.isLeft(permitted)) return permitted
      const text = await imagePlaylist(uid)()
      if (E.isLeft(text)) return text
      const restrictions = viewer?.grant.restrictions ?? unrestricted
      const images = parseImages(text.right.value).filter((image) => permitsExport(restrictions, image))
      const best = chooseBestExport(images, preferences)
      return best === null ? E.left(notFound('image_file', uid)) : E.right(best)
    },
  }
}
