import { E, O, pipe, TE } from '../../fp.ts'
import type { CachePort, Found } from '../../ports/cache.ts'
import { cacheKeys } from '../../ports/cache-keys.ts'
import type { ContentFileRepository } from '../../ports/content-file-repository.ts'
import type { StaleCache } from '../../ports/stale-cache.ts'
import type { Signing } from '../access/access.ts'
import { createOwnedRead } from '../access/owned-read.ts'
import { permitsExport, restrictsNothing } from '../access/restrictions.ts'
import { type Shown, showList, showListOfFile } from '../access/show-list.ts'
import type { Presign, UrlPresign, Viewer } from '../access/viewer.ts'
import type { ContentFile, VodMeta, VodParts } from '../export/content-export.ts'
import { signM3u8 } from '../hls/sign-m3u8.ts'
import { forbidden, type NotFound, notFound, type Unavailable } from '../shared/errors.ts'
import type { ContentExportUid, ContentFileUid } from '../shared/ids.ts'
import { createReadThrough } from '../shared/read-through.ts'
import { remembering } from '../shared/remembering.ts'
import type { SignableList } from '../shared/signable-list.ts'
import type { UrlSignature } from '../shared/signature.ts'
import { clipMediaPlaylist, readMediaPlaylist } from './clip-media-playlist.ts'
import { toDashManifest } from './dash-manifest.ts'
import { toIFramePlaylist } from './iframe-playlist.ts'
import { toMediaPlaylist } from './media-playlist.ts'
import { restrictDash } from './restrict-dash.ts'
import { signDash } from './sign-dash.ts'

/** An export that is not there is forbidden like another's (wire.md §2.5, W15). */
type ShowListOfExport = (
  uid: ContentExportUid,
  viewer: Viewer,
  presign: Presign | null,
) => Shown<Found<SignableList>>

/** Playback of exports in parts. */
export type VodService = {
  /** Media playlist, wire.md §5.6. */
  readonly showMediaPlaylist: ShowListOfExport
  /** I-frame playlist of the same (RFC 8216bis §4.4.3.6): of pictures alone. */
  readonly showIFrames: ShowListOfExport
  /** DASH manifest of all CMAF exports, wire.md §5.8. */
  readonly showDash: (
    uid: ContentFileUid,
    viewer: Viewer,
    presign: UrlPresign | null,
  ) => Shown<Found<SignableList<UrlSignature>>>
}

type Deps = {
  readonly cache: CachePort
  readonly stale: StaleCache
  readonly contentFiles: ContentFileRepository
  readonly signing: Signing
}

/** Lists that are kept apart into their parts: those of the films that clips are watched of. */
const readLists = 32

export const createVodService = ({ cache, stale, contentFiles, signing }: Deps): VodService => {
  const readThrough = createReadThrough(cache, stale)
  const ownedRead = createOwnedRead(cache)
  const readParts = remembering(readLists, readMediaPlaylist)

  const meta = (uid: ContentExportUid, { grant }: Viewer) =>
    ownedRead(cacheKeys.vodMeta({ uid }), contentFiles.findVod(uid), (found: O.Option<VodMeta>) =>
      TE.right(O.isSome(found) && found.value.contentFileUid === grant.sub),
    )

  const playlist = (uid: ContentExportUid) =>
    readThrough(
      cacheKeys.vodPlaylist({ uid }),
      pipe(
        contentFiles.listParts(uid),
        TE.flatMapEither((vod) =>
          O.isSome(vod) && vod.value.parts.some(({ role }) => role === 'media')
            ? E.right(toMediaPlaylist(vod.value))
            : E.left(notFound('content_file_export', uid)),
        ),
      ),
    )

  const iFrames = (uid: ContentExportUid) =>
    readThrough(
      cacheKeys.vodIFrames({ uid }),
      pipe(
        contentFiles.listKeyframes(uid),
        TE.flatMapEither((vod) =>
          pipe(
            O.flatMap(toIFramePlaylist)(vod),
            E.fromOption(() => notFound('content_file_export', uid)),
          ),
        ),
      ),
    )

  /** A list of an export, for him whose it is. */
  const showListOfExport =
    (listOf: (uid: ContentExportUid) => Shown<Found<string>>): ShowListOfExport =>
    (uid, viewer, presign) =>
    async () => {
      const vod = await meta(uid, viewer)()
      if (E.isLeft(vod)) return vod
      if (!permitsExport(viewer.grant.restrictions, { uid, height: vod.right.value.height }))
        return E.left(forbidden('restriction'))
      const list = await showList(uid, viewer, {
        text: listOf(uid),
        cut: (text, { clip }) =>
          TE.right(clip === undefined ? text : clipMediaPlaylist(readParts(text), clip)),
        signature: signing.ofM3u8(viewer, presign),
        sign: signM3u8,
      })()
      if (E.isLeft(list)) return list
      return E.right({ ...list.right, isAtHand: () => vod.right.isAtHand() && list.right.isAtHand() })
    }

  const partsOfAll = ({ exports }: ContentFile): TE.TaskEither<Unavailable, ReadonlyArray<VodParts>> => {
    const inParts = exports.filter(({ format }) => format === 'm3u8')
    return async () => {
      const all: VodParts[] = []
      for (const { uid } of inParts) {
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
      const parts = await partsOfAll(file.right.value)()
      if (E.isLeft(parts)) return parts
      return pipe(
        toDashManifest(file.right.value, parts.right),
        E.fromOption(() => notFound('content_file', uid)),
      )
    }

  const manifest = (uid: ContentFileUid) => readThrough(cacheKeys.dashManifest({ uid }), writeManifest(uid))

  return {
    showMediaPlaylist: showListOfExport(playlist),
    showIFrames: showListOfExport(iFrames),

    showDash: (uid, viewer, presign) =>
      showListOfFile(uid, viewer, {
        text: manifest(uid),
        cut: (text, restrictions) =>
          TE.right(restrictsNothing(restrictions) ? text : restrictDash(text, restrictions)),
        signature: signing.ofUrls(viewer, presign),
        sign: signDash,
      }),
  }
}
