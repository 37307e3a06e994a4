import { E, O, pipe, TE } from '../../fp.ts'
import { cacheKeys } from '../../ports/cache-keys.ts'
import type { ContentFileRepository } from '../../ports/content-file-repository.ts'
import type { CallerAccess } from '../access/caller-access.ts'
import type { PlaylistSigning } from '../access/playlist-signing.ts'
import { type PlaylistResult, renderPlaylistOfFile } from '../access/render-playlist.ts'
import { isUnrestricted } from '../access/restrictions.ts'
import type { SignablePlaylist } from '../access/signable-playlist.ts'
import type { UriSignature } from '../access/signature.ts'
import type { Caller, UrlPresign } from '../access/viewer.ts'
import type { Found } from '../caching/found.ts'
import type { ReadThrough } from '../caching/read-through.ts'
import { toDashManifest } from '../dash/dash-manifest.ts'
import { restrictDash } from '../dash/restrict-dash.ts'
import { signDash } from '../dash/sign-dash.ts'
import type { ContentFile, VodParts } from '../media/content-export.ts'
import type { ContentFileUid } from '../media/ids.ts'
import { type NotFound, notFound, type Unavailable } from '../shared/errors.ts'

export type DashManifestService = {
  /** Returns the DASH manifest of all CMAF exports (http-api.md §5.8). */
  readonly showDash: (
    uid: ContentFileUid,
    caller: Caller,
    presign: UrlPresign | null,
  ) => PlaylistResult<Found<SignablePlaylist<UriSignature>>>
}

type Deps = {
  readonly readThrough: ReadThrough
  readonly callerAccess: Pick<CallerAccess, 'authorize'>
  readonly contentFiles: ContentFileRepository
  readonly signing: PlaylistSigning
}

export const createDashManifestService = ({
  readThrough,
  callerAccess,
  contentFiles,
  signing,
}: Deps): DashManifestService => {
  const listAllParts = ({ exports }: ContentFile): TE.TaskEither<Unavailable, ReadonlyArray<VodParts>> => {
    const segmented = exports.filter(({ format }) => format === 'm3u8')
    return async () => {
      const all: VodParts[] = []
      for (const { uid } of segmented) {
        const vod = await contentFiles.listParts(uid)()
        if (E.isLeft(vod)) return vod
        if (O.isSome(vod.right)) all.push(vod.right.value)
      }
      return E.right(all)
    }
  }

  const writeManifest =
    (uid: ContentFileUid): TE.TaskEither<NotFound | Unavailable, string> =>
    async () => {
      const file = await contentFiles.find(uid)()
      if (E.isLeft(file)) return file
      if (O.isNone(file.right)) return E.left(notFound('content_file', uid))
      const parts = await listAllParts(file.right.value)()
      if (E.isLeft(parts)) return parts
      return pipe(
        toDashManifest(file.right.value, parts.right),
        E.fromOption(() => notFound('content_file', uid)),
      )
    }

  const manifest = (uid: ContentFileUid) => readThrough(cacheKeys.dashManifest({ uid }), writeManifest(uid))

  return {
    showDash: (uid, caller, presign) =>
      renderPlaylistOfFile(uid, caller, callerAccess.authorize('content', uid, caller), {
        text: manifest(uid),
        applyRestrictions: (text, restrictions) =>
          TE.right(isUnrestricted(restrictions) ? text : restrictDash(text, restrictions)),
        signature: signing.ofUris(caller, presign),
        sign: signDash,
      }),
  }
}
