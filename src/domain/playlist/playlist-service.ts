import { E, O, pipe, TE } from '../../fp.ts'
import type { CachePort } from '../../ports/cache.ts'
import { cacheKeys } from '../../ports/cache-keys.ts'
import type { ContentFileRepository } from '../../ports/content-file-repository.ts'
import type { ImageFileRepository } from '../../ports/image-file-repository.ts'
import type { MediaTokens } from '../../ports/media-tokens.ts'
import { defaultTtlSeconds, mayView, type Signing } from '../access/access.ts'
import type { Presign, UrlPresign, Viewer } from '../access/viewer.ts'
import type { ContentFile } from '../export/content-export.ts'
import { signM3u8 } from '../hls/sign-m3u8.ts'
import { type Forbidden, forbidden, type NotFound, notFound, type Unavailable } from '../shared/errors.ts'
import type { ContentFileUid, ImageFileUid } from '../shared/ids.ts'
import { createReadThrough } from '../shared/read-through.ts'
import { signJson } from '../shared/sign-json.ts'
import type { UrlSignature } from '../shared/signature.ts'
import { toMasterPlaylist } from '../vod/master-playlist.ts'
import { toWebPlaylist } from '../vod/web-playlist.ts'
import { toImagePlaylist } from './image-playlist.ts'

type Shown<A> = TE.TaskEither<NotFound | Forbidden | Unavailable, A>

/** Lists of what there is of one image or content file, each the text of a response body. */
export type PlaylistService = {
  /** JSON, wire.md §4.1. */
  readonly showImages: (uid: ImageFileUid, viewer: Viewer, presign: UrlPresign | null) => Shown<string>
  /** The same for everybody, with a fresh token, when the image is public (wire.md §4.2). */
  readonly showPublicImages: (
    uid: ImageFileUid,
    presign: UrlPresign | null,
  ) => Shown<{ readonly body: string; readonly jwt: string }>
  /** JSON, wire.md §5.1. */
  readonly showWeb: (uid: ContentFileUid, viewer: Viewer, presign: UrlPresign | null) => Shown<string>
  /** Master playlist, wire.md §5.2. */
  readonly showMobile: (uid: ContentFileUid, viewer: Viewer, presign: Presign | null) => Shown<string>
}

type Deps = {
  readonly cache: CachePort
  readonly imageFiles: ImageFileRepository
  readonly contentFiles: ContentFileRepository
  readonly tokens: MediaTokens
  readonly imageSigning: Signing
  readonly contentSigning: Signing
  readonly publicUrl: string
}

export const createPlaylistService = (deps: Deps): PlaylistService => {
  const { cache, imageFiles, contentFiles, tokens, imageSigning, contentSigning, publicUrl } = deps
  const readThrough = createReadThrough(cache)

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

  /** Writes a list of a content file; `none` from `write` means that there is nothing to list. */
  const contentList = (uid: ContentFileUid, write: (file: ContentFile) => O.Option<string>) =>
    pipe(
      contentFiles.find(uid),
      TE.flatMapEither((file) =>
        pipe(
          O.flatMap(write)(file),
          E.fromOption(() => notFound('content_file', uid)),
        ),
      ),
    )

  const webPlaylist = (uid: ContentFileUid) =>
    readThrough(
      cacheKeys.webPlaylist({ uid }),
      contentList(uid, (file) =>
        file.exports.some(({ format }) => format === 'mp4') ? O.some(toWebPlaylist(file, publicUrl)) : O.none,
      ),
    )

  const mobilePlaylist = (uid: ContentFileUid) =>
    readThrough(cacheKeys.mobilePlaylist({ uid }), contentList(uid, toMasterPlaylist))

  /** The list, for a viewer whose token names this very file, with what its children need to be opened. */
  const show =
    <U extends string, P, S>(
      list: (uid: U) => Shown<string>,
      signature: (viewer: Viewer, presign: P) => TE.TaskEither<never, S>,
      sign: (text: string, signature: S) => string,
    ) =>
    (uid: U, viewer: Viewer, presign: P): Shown<string> =>
    async () => {
      const permitted = mayView(viewer, uid)
      if (E.isLeft(permitted)) return permitted
      const text = await list(uid)()
      if (E.isLeft(text)) return text
      return pipe(
        signature(viewer, presign),
        TE.map((how) => sign(text.right, how)),
      )()
    }

  const signUrls = (text: string, signature: UrlSignature) => signJson(text, publicUrl, signature)

  const showPublicImages: PlaylistService['showPublicImages'] = (uid, presign) => async () => {
    const isPublic = await readThrough(cacheKeys.imagePublic({ uid }), imageFiles.isPublic(uid))()
    if (E.isLeft(isPublic)) return isPublic
    if (!isPublic.right) return E.left(forbidden('not_public'))
    const text = await imagePlaylist(uid)()
    if (E.isLeft(text)) return text
    return pipe(
      tokens.mint('image', uid, defaultTtlSeconds),
      TE.map((jwt) => ({ body: signUrls(text.right, { mode: presign ?? 'none', jwt }), jwt })),
    )()
  }

  return {
    showImages: show(imagePlaylist, imageSigning.ofUrls, signUrls),
    showPublicImages,
    showWeb: show(webPlaylist, contentSigning.ofUrls, signUrls),
    showMobile: show(mobilePlaylist, contentSigning.ofM3u8, signM3u8),
  }
}
