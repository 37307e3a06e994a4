import { E, pipe, TE } from '../../fp.ts'
import type { MediaKind, MediaTokens } from '../../ports/media-tokens.ts'
import { isUid, kindOfUid } from '../media/uid-text.ts'
import { type Forbidden, forbidden } from '../shared/errors.ts'
import type { CopiedToken, MintedToken, Signature, UriSignature, UrlSignature } from './signature.ts'
import type { Presign, UrlPresign, UrlViewer, Viewer } from './viewer.ts'

/** Lifetime of a new image token, and the minimum lifetime of a content token (seconds, http-api.md §2.3). */
export const defaultTtlSeconds = 1800

/** A content token must outlive the playback of its file (http-api.md §2.3, W13). */
export const contentTtlSeconds = (durationSeconds: number): number =>
  Math.max(defaultTtlSeconds, Math.ceil(2 * durationSeconds) + 600)

/** Returns false if the uid carries another kind than the token's (http-api.md §2.1). */
export const isFileOfKind = (kind: MediaKind, uid: string): boolean => {
  const uidKind = kindOfUid(uid)
  return isUid(uid) && (uidKind === null || uidKind === `${kind}File`)
}

/** Fails with Forbidden('other_subject') unless the token names exactly this logical file. */
export const authorizeFile = (viewer: Viewer, uid: string): E.Either<Forbidden, Viewer> =>
  viewer.grant.sub === uid ? E.right(viewer) : E.left(forbidden('other_subject'))

const presignByCarrier = { header: 'none', path: 'path', query: 'query' } as const

/** Decides how a playlist is signed. `presign` `null`: by the carrier of the viewer's own token. */
export type PlaylistSigning = {
  readonly ofUrls: (viewer: Viewer, presign: UrlPresign | null) => TE.TaskEither<never, UrlSignature>
  readonly ofUris: (viewer: Viewer, presign: UrlPresign | null) => TE.TaskEither<never, UriSignature>
  readonly ofM3u8: (viewer: Viewer, presign: Presign | null) => TE.TaskEither<never, Signature>
}

/** The only place that marks a token in a playlist as the caller's own. */
const copiedFrom = ({ jwt }: UrlViewer): CopiedToken => ({ source: 'copied', jwt }) as CopiedToken

/**
 * A token from a header must not appear in a URL: the children get a fresh token for the same file, with the
 * same expiry and the same restrictions (http-api.md §3.2, W14).
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

  // Relative URIs inherit the token of the path; if another token was used, they must not.
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
