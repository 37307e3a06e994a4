import { E, TE } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import type { MediaKind, MediaTokens } from '../../ports/media-tokens.ts'
import { type Forbidden, forbidden } from '../shared/errors.ts'
import type { Presign, Viewer } from './viewer.ts'

/** Seconds that a new image token lives, and the least that a content token does (wire.md §2.3). */
export const defaultTtlSeconds = 1800

/** A content token outlives the playback of what it opens (wire.md §2.3, W13). */
export const contentTtlSeconds = (durationSeconds: number): number =>
  Math.max(defaultTtlSeconds, Math.ceil(2 * durationSeconds) + 600)

/** Whether the token names exactly this logical file. */
export const mayView = (viewer: Viewer, uid: string): E.Either<Forbidden, Viewer> =>
  viewer.grant.sub === uid ? E.right(viewer) : E.left(forbidden('other_subject'))

/** The token that a list's children get, or `null` for none. */
export type ChildToken = (
  kind: MediaKind,
  viewer: Viewer,
  presign: Presign | null,
) => TE.TaskEither<never, string | null>

/**
 * A token that came in a header was never meant to stand in a URL: the children get a fresh one for the same
 * file, which ends no later (wire.md §3.2, W14).
 */
export const createChildToken =
  (tokens: MediaTokens, clock: Clock): ChildToken =>
  (kind, viewer, presign) => {
    const mode = presign ?? (viewer.carrier === 'query' ? 'query' : 'none')
    if (mode === 'none') return TE.right(null)
    if (viewer.carrier === 'query') return TE.right(viewer.jwt)
    const remaining = viewer.grant.exp - Math.ceil(clock() / 1000)
    return tokens.mint(
      kind,
      viewer.grant.sub,
      kind === 'image' ? Math.min(defaultTtlSeconds, remaining) : remaining,
    )
  }
