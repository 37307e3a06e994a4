import { E, O, pipe, TE } from '../../fp.ts'
import { cacheKeys } from '../../ports/cache-keys.ts'
import type { ContentFileRepository } from '../../ports/content-file-repository.ts'
import type { CallerAccess } from '../access/caller-access.ts'
import type { PlaylistSigning } from '../access/playlist-signing.ts'
import { type PlaylistResult, type PlaylistSteps, renderPlaylistOfFile } from '../access/render-playlist.ts'
import { isUnrestricted, permitsPart } from '../access/restrictions.ts'
import { signJson } from '../access/sign-json.ts'
import type { SignablePlaylist } from '../access/signable-playlist.ts'
import type { Signature, UrlSignature } from '../access/signature.ts'
import { toPartFacts } from '../access/to-part-facts.ts'
import type { Caller, Presign, UrlPresign } from '../access/viewer.ts'
import type { Found } from '../caching/found.ts'
import { memoize } from '../caching/memoize.ts'
import type { ReadThrough } from '../caching/read-through.ts'
import { filterMasterPlaylist, parseMasterPlaylist } from '../hls/filter-master.ts'
import { toMasterPlaylist } from '../hls/master-playlist.ts'
import type { MobileFilter } from '../hls/mobile-filter.ts'
import { restrictMasterPlaylist } from '../hls/restrict-master.ts'
import { signM3u8 } from '../hls/sign-m3u8.ts'
import type { ContentFile } from '../media/content-export.ts'
import type { ContentFileUid, ContentPartUid } from '../media/ids.ts'
import { notFound } from '../shared/errors.ts'
import { partUidsInWebPlaylist, restrictWebPlaylist } from './restrict-web.ts'
import { toWebPlaylist } from './web-playlist.ts'

/** Playlists of the exports of an audio or video file. A caller without a token gets those of public files, unsigned. */
export type ContentPlaylistService = {
  /** Returns the JSON playlist (http-api.md §5.1). */
  readonly showWeb: (
    uid: ContentFileUid,
    caller: Caller,
    presign: UrlPresign | null,
  ) => PlaylistResult<Found<SignablePlaylist<UrlSignature>>>
  /** Returns the master playlist (http-api.md §5.2). */
  readonly showMobile: (
    uid: ContentFileUid,
    caller: Caller,
    presign: Presign | null,
    filter: MobileFilter,
  ) => PlaylistResult<Found<SignablePlaylist>>
}

type Deps = {
  readonly readThrough: ReadThrough
  readonly callerAccess: Pick<CallerAccess, 'authorize'>
  readonly contentFiles: ContentFileRepository
  readonly contentSigning: PlaylistSigning
  readonly publicUrl: string
}

/** Maximum total length in characters of the playlists whose parsed form is memoized. */
const maxParsedLength = 2 * 1024 * 1024

export const createContentPlaylistService = (deps: Deps): ContentPlaylistService => {
  const { readThrough, callerAccess, contentFiles, contentSigning, publicUrl } = deps
  const parseMaster = memoize(maxParsedLength, parseMasterPlaylist)

  /** Loads a content file and writes a playlist of it. `write` returns `none` if there is nothing to list. */
  const loadPlaylist = (uid: ContentFileUid, write: (file: ContentFile) => O.Option<string>) =>
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
      loadPlaylist(uid, (file) =>
        file.exports.some(({ format }) => format === 'mp4') ? O.some(toWebPlaylist(file, publicUrl)) : O.none,
      ),
    )

  const mobilePlaylist = (uid: ContentFileUid) =>
    readThrough(cacheKeys.mobilePlaylist({ uid }), loadPlaylist(uid, toMasterPlaylist))

  /**
   * Entries of a web playlist have no export uid, so restrictions are checked on the parts to which the
   * entries refer.
   */
  const restrictWeb: PlaylistSteps<UrlSignature>['applyRestrictions'] = (text, restrictions) => async () => {
    if (isUnrestricted(restrictions)) return E.right(text)
    const permitted: ContentPartUid[] = []
    for (const uid of partUidsInWebPlaylist(text)) {
      const part = await readThrough(
        cacheKeys.contentPart({ uid }),
        pipe(contentFiles.findPart(uid), TE.flatMapEither(E.fromOption(() => notFound('part', uid)))),
      )()
      if (E.isRight(part) && permitsPart(restrictions, toPartFacts(part.right.value))) permitted.push(uid)
      if (E.isLeft(part) && part.left._tag === 'Unavailable') return E.left(part.left)
    }
    return E.right(restrictWebPlaylist(text, permitted))
  }

  const restrictVariants =
    (filter: MobileFilter): PlaylistSteps<Signature>['applyRestrictions'] =>
    (text, restrictions) => {
      const master = parseMaster(text)
      const permitted = isUnrestricted(restrictions) ? master : restrictMasterPlaylist(master, restrictions)
      return TE.right(permitted === null ? null : filterMasterPlaylist(permitted, filter))
    }

  return {
    showWeb: (uid, caller, presign) =>
      renderPlaylistOfFile(uid, caller, callerAccess.authorize('content', uid, caller), {
        text: webPlaylist(uid),
        applyRestrictions: restrictWeb,
        signature: contentSigning.ofUrls(caller, presign),
        sign: (text, signature) => signJson(text, publicUrl, signature),
      }),

    showMobile: (uid, caller, presign, filter) =>
      renderPlaylistOfFile(uid, caller, callerAccess.authorize('content', uid, caller), {
        text: mobilePlaylist(uid),
        applyRestrictions: restrictVariants(filter),
        signature: contentSigning.ofM3u8(caller, presign),
        sign: signM3u8,
      }),
  }
}
