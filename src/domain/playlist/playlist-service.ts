import { E, O, pipe, TE } from '../../fp.ts'
import type { CachePort } from '../../ports/cache.ts'
import { cacheKeys } from '../../ports/cache-keys.ts'
import type { ContentFileRepository } from '../../ports/content-file-repository.ts'
import type { ImageFileRepository } from '../../ports/image-file-repository.ts'
import type { MediaTokens } from '../../ports/media-tokens.ts'
import { type ChildToken, defaultTtlSeconds, mayView } from '../access/access.ts'
import type { Presign, Viewer } from '../access/viewer.ts'
import type { ContentFile } from '../export/content-export.ts'
import { signM3u8 } from '../hls/sign-m3u8.ts'
import { type Forbidden, forbidden, type NotFound, notFound, type Unavailable } from '../shared/errors.ts'
import type { ContentFileUid, ImageFileUid } from '../shared/ids.ts'
import { createReadThrough } from '../shared/read-through.ts'
import { signJson } from '../shared/sign-json.ts'
import { toMasterPlaylist } from '../vod/master-playlist.ts'
import { toWebPlaylist } from '../vod/web-playlist.ts'
import { toImagePlaylist } from './image-playlist.ts'

type Shown<A> = TE.TaskEither<NotFound | Forbidden | Unavailable, A>

/** Lists of what there is of one image or content file, each the text of a response body. */
export type PlaylistService = {
  /** JSON, wire.md §4.1. */
  readonly showImages: (uid: ImageFileUid, viewer: Viewer, presign: Presign | null) => Shown<string>
  /** The same for everybody, with a fresh token, when the image is public (wire.md §4.2). */
  readonly showPublicImages: (
    uid: ImageFileUid,
    presign: Presign | null,
  ) => Shown<{ readonly body: string; readonly jwt: string }>
  /** JSON, wire.md §5.1. */
  readonly showWeb: (uid: ContentFileUid, viewer: Viewer, presign: Presign | null) => Shown<string>
  /** Master playlist, wire.md §5.2. */
  readonly showMobile: (uid: ContentFileUid, viewer: Viewer, presign: Presign | null) => Shown<string>
}

type Deps = {
  readonly cache: CachePort
  readonly imageFiles: ImageFileRepository
  readonly contentFiles: ContentFileRepository
  readonly tokens: MediaTokens
  readonly childToken: ChildToken
  readonly publicUrl: string
}

export const createPlaylistService = (deps: Deps): PlaylistService => {
  const { cache, imageFiles, contentFiles, tokens, childToken, publicUrl } = deps
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
      contentList(uid, (file) => toWebPlaylist(file, publicUrl)),
    )

  const mobilePlaylist = (uid: ContentFileUid) =>
    readThrough(cacheKeys.mobilePlaylist({ uid }), contentList(uid, toMasterPlaylist))

  /** The list, for a viewer whose token names this very file, with what its children need to be opened. */
  const show =
    <U extends string>(
      kind: 'image' | 'content',
      list: (uid: U) => Shown<string>,
      sign: (text: string, jwt: string) => string,
    ) =>
    (uid: U, viewer: Viewer, presign: Presign | null): Shown<string> =>
    async () => {
      const permitted = mayView(viewer, uid)
      if (E.isLeft(permitted)) return permitted
      const text = await list(uid)()
      if (E.isLeft(text)) return text
      const jwt = await childToken(kind, viewer, presign)()
      if (E.isLeft(jwt)) return jwt
      return jwt.right === null ? text : E.right(sign(text.right, jwt.right))
    }

  const signUrls = (text: string, jwt: string) => signJson(text, { mode: 'query', jwt, publicUrl })
  const signLines = (text: string, jwt: string) => signM3u8(text, { mode: 'query', jwt })

  const showPublicImages =
    (uid: ImageFileUid, presign: Presign | null): ReturnType<PlaylistService['showPublicImages']> =>
    async () => {
      const isPublic = await readThrough(cacheKeys.imagePublic({ uid }), imageFiles.isPublic(uid))()
      if (E.isLeft(isPublic)) return isPublic
      if (!isPublic.right) return E.left(forbidden('not_public'))
      const text = await imagePlaylist(uid)()
      if (E.isLeft(text)) return text
      const jwt = await tokens.mint('image', uid, defaultTtlSeconds)()
      if (E.isLeft(jwt)) return jwt
      const body = presign === 'query' ? signUrls(text.right, jwt.right) : text.right
      return E.right({ body, jwt: jwt.right })
    }

  return {
    showImages: show('image', imagePlaylist, signUrls),
    showPublicImages,
    showWeb: show('content', webPlaylist, signUrls),
    showMobile: show('content', mobilePlaylist, signLines),
  }
}
