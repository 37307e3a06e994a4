import { E, pipe, TE } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import type { MediaKind, MediaTokens } from '../../ports/media-tokens.ts'
import { isUid, kindOfUid } from '../media/ids.ts'
import { type Forbidden, forbidden } from '../shared/errors.ts'
import type { CopiedToken, MintedToken, Signature, UriSignature, UrlSignature } from './signature.ts'
import type { Presign, UrlPresign, UrlViewer, Viewer } from './viewer.ts'

/** Seconds that a new image token lives, and the least that a content token does (http-api.md §2.3). */
export const defaultTtlSeconds = 1800

/** A content token outlives the playback of what it opens (http-api.md §2.3, W13). */
export const contentTtlSeconds = (durationSeconds: number): number =>
  Math.max(defaultTtlSeconds, Math.ceil(2 * durationSeconds) + 600)

/** Whether a token of this kind can name a file by this uid: not where that is of another kind (http-api.md §2.1). */
export const canNameFile = (kind: MediaKind, uid: string): boolean => {
  const found = kindOfUid(uid)
  return isUid(uid) && (found === null || found === `${kind}File`)
}

/** Whether the token names exactly this logical file. */
export const authorizeFile = (viewer: Viewer, uid: string): E.Either<Forbidden, Viewer> =>
  viewer.grant.sub === uid ? E.right(viewer) : E.left(forbidden('other_subject'))

const asTheCallerCame = { header: 'none', path: 'path', query: 'query' } as const

/** How a list is to be signed for a viewer; `null`: as he came. */
export type Signing = {
  readonly ofUrls: (viewer: Viewer, presign: UrlPresign | null) => TE.TaskEither<never, UrlSignature>
  readonly ofUris: (viewer: Viewer, presign: UrlPresign | null) => TE.TaskEither<never, UriSignature>
  readonly ofM3u8: (viewer: Viewer, presign: Presign | null) => TE.TaskEither<never, Signature>
}

/** The one way to say that a token in a list is the caller's own. */
const copiedFrom = ({ jwt }: UrlViewer): CopiedToken => ({ source: 'copied', jwt }) as CopiedToken

/**
 * A token that came in a header was never meant to stand in a URL: the children get a fresh one for the same
 * file, which ends no later and opens no more (http-api.md §3.2, W14).
 */
export const createSigning = (kind: MediaKind, tokens: MediaTokens, clock: Clock): Signing => {
  const mintFor = ({ grant }: Viewer): TE.TaskEither<never, MintedToken> =>
    pipe(
      tokens.derive(kind, grant.sub, grant.exp - Math.floor(clock() / 1000), grant.restrictions),
      TE.map((jwt) => ({ source: 'minted', jwt })),
    )

  const ofUrls: Signing['ofUrls'] = (viewer, presign) => {
    const mode = presign ?? asTheCallerCame[viewer.carrier]
    if (mode === 'none') return TE.right({ mode })
    if (viewer.carrier !== 'header') return TE.right({ mode, ...copiedFrom(viewer) })
    return pipe(
      mintFor(viewer),
      TE.map((token): UrlSignature => ({ mode, ...token })),
    )
  }

  // Of a path that bore another token than the one that counts, nothing may be inherited.
  const ofUris: Signing['ofUris'] = (viewer, presign) =>
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
