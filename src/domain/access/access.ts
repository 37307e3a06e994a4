import { E, pipe, TE } from '../../fp.ts'
import type { MediaKind, MediaTokens } from '../../ports/media-tokens.ts'
import { isUid, kindOfUid } from '../media/uid-text.ts'
import { type Forbidden, forbidden } from '../shared/errors.ts'
import type { CopiedToken, MintedToken, Signature, UriSignature, UrlSignature } from './signature.ts'
import type { Presign, UrlPresign, UrlViewer, Viewer } from './viewer.ts'

/** Lifetime of a new image token, and the minimum lifetime of a content token (seconds, http-api.md §2.3). */
export const defaultTtlSeconds = 1800

/**
 * Returns the lifetime of a new content token (seconds). The token must outlive the playback of its file
 * (http-api.md §2.3, W13).
 */
export const contentTtlSeconds = (durationSeconds: number): number =>
  Math.max(defaultTtlSeconds, Math.ceil(2 * durationSeconds) + 600)

/** Returns whether a token of this kind can open the file of this uid (http-api.md §2.1). */
export const isFileOfKind = (kind: MediaKind, uid: string): boolean => {
  const uidKind = kindOfUid(uid)
  return isUid(uid) && (uidKind === null || uidKind === `${kind}File`)
}

/** Fails with Forbidden('other_subject') unless the token names exactly this logical file. */
export const authorizeFile = (viewer: Viewer, uid: string): E.Either<Forbidden, Viewer> =>
  viewer.grant.sub === uid ? E.right(viewer) : E.left(forbidden('other_subject'))

const presignByCarrier = { header: 'none', path: 'path', query: 'query' } as const

/**
 * Chooses the signature of a playlist. `presign` is the viewer's choice. `null`: the carrier of the viewer's
 * own token decides.
 */
export type PlaylistSigning = {
  readonly ofUrls: (viewer: Viewer, presign: UrlPresign | null) => TE.TaskEither<never, UrlSignature>
  readonly ofUris: (viewer: Viewer, presign: UrlPresign | null) => TE.TaskEither<never, UriSignature>
  readonly ofM3u8: (viewer: Viewer, presign: Presign | null) => TE.TaskEither<never, Signature>
}

/** Marks the viewer's own token as one that the playlist may contain. No other code creates a CopiedToken. */
const copiedFrom = ({ jwt }: UrlViewer): CopiedToken => ({ source: 'copied', jwt }) as CopiedToken

/**
 * Creates the functions that choose signatures. A token that came in a header must not appear in a URL, so
 * the children of such a viewer's playlist get a fresh token for the same file, with the same expiry and
 * restrictions (http-api.md §3.2, W14).
 */
export const createPlaylistSigning = (kind: MediaKind, tokens: MediaTokens): PlaylistSigning => {
  const mintFor = ({ grant }: Viewer): TE.TaskEither<never, MintedToken> =>
    pipe(
      tokens.derive(kind, grant),
      TE.map((jwt) => ({ source: 'minted', jwt })),
    )

  const ofUrls: PlaylistSigning['ofUrls'] = (viewer, presign) => {
    const mode = presign ?? presignByCarrier[viewer.carrier]
    if (mode === 'none') return TE.right({ mode })
    if (viewer.carrier !== 'header') return TE.right({ mode, ...copiedFrom(viewer) })
    return pipe(
      mintFor(viewer),
      TE.map((token): UrlSignature => ({ mode, ...token })),
    )
  }

  // Relative URIs inherit the token in the playlist's path. They may do so only if the viewer sent the token
  // in the path, and wants it in the paths of the children.
  const ofUris: PlaylistSigning['ofUris'] = (viewer, presign) =>
    viewer.carrier === 'path' && (presign ?? 'path') === 'path'
      ? TE.right({ mode: 'inherited' })
      : ofUrls(viewer, presign)

  return {
    ofUrls,
    ofUris,
    ofM3u8: (viewer, presign) =>
      presign === 'define' ? TE.right({ mode: 'define' }) : ofUris(viewer, presign),
  }
}
