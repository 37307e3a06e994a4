import { pipe, TE } from '../../fp.ts'
import type { MediaKind } from '../media/media-kind.ts'
import type { CheckedMediaTokens } from './checked-media-tokens.ts'
import type { CopiedToken, MintedToken, Signature, UriSignature, UrlSignature } from './signature.ts'
import type { Caller, Presign, UrlPresign, UrlViewer, Viewer } from './viewer.ts'

const presignByCarrier = { header: 'none', path: 'path', query: 'query' } as const

/**
 * Chooses the signature of a playlist. `presign` is the viewer's choice; `null` if the carrier of the
 * viewer's own token decides. A playlist for a caller without a token contains none.
 */
export type PlaylistSigning = {
  readonly ofUrls: (viewer: Caller, presign: UrlPresign | null) => TE.TaskEither<never, UrlSignature>
  readonly ofUris: (viewer: Caller, presign: UrlPresign | null) => TE.TaskEither<never, UriSignature>
  readonly ofM3u8: (viewer: Caller, presign: Presign | null) => TE.TaskEither<never, Signature>
}

const unsigned = { mode: 'none' } as const

/** Marks the viewer's own token as one that the playlist may contain. No other code creates a CopiedToken. */
const copiedFrom = ({ jwt }: UrlViewer): CopiedToken => ({ source: 'copied', jwt }) as CopiedToken

/**
 * Creates the functions that choose signatures. A token that came in a header must not appear in a URL, so
 * the children of such a viewer's playlist get a fresh token for the same file, with the same expiry and
 * restrictions (http-api.md §3.2, W14).
 */
export const createPlaylistSigning = (
  kind: MediaKind,
  tokens: Pick<CheckedMediaTokens, 'derive'>,
): PlaylistSigning => {
  const mintFor = ({ grant }: Viewer): TE.TaskEither<never, MintedToken> =>
    pipe(
      tokens.derive(kind, grant),
      TE.map((jwt) => ({ source: 'minted', jwt })),
    )

  const ofUrls: PlaylistSigning['ofUrls'] = (viewer, presign) => {
    if (viewer === null) return TE.right(unsigned)
    const mode = presign ?? presignByCarrier[viewer.carrier]
    if (mode === 'none') return TE.right({ mode })
    if (viewer.carrier !== 'header') return TE.right({ mode, ...copiedFrom(viewer) })
    return pipe(
      mintFor(viewer),
      TE.map((token): UrlSignature => ({ mode, ...token })),
    )
  }

  // Relative URIs inherit the token in the playlist's path. Such URIs may be used only if the viewer sent the
  // token in the path, and wants it in the paths of the children.
  const ofUris: PlaylistSigning['ofUris'] = (viewer, presign) =>
    viewer?.carrier === 'path' && (presign ?? 'path') === 'path'
      ? TE.right({ mode: 'inherited' })
      : ofUrls(viewer, presign)

  return {
    ofUrls,
    ofUris,
    ofM3u8: (viewer, presign) => {
      if (presign !== 'define') return ofUris(viewer, presign)
      return TE.right(viewer === null ? unsigned : { mode: 'define' })
    },
  }
}
