import { E, type TE } from '../../fp.ts'
import { type Found, mapFound } from '../caching/found.ts'
import { type Forbidden, type NotFound, notFound, type Unavailable } from '../shared/errors.ts'
import { authorizeFile } from './authorize-file.ts'
import type { Restrictions } from './restrictions.ts'
import type { SignablePlaylist } from './signable-playlist.ts'
import type { Signature } from './signature.ts'
import type { Viewer } from './viewer.ts'

export type PlaylistResult<A> = TE.TaskEither<NotFound | Forbidden | Unavailable, A>

/** The steps that turn the cached playlist into the playlist of one viewer. */
export type PlaylistSteps<S extends Signature> = {
  /** The cached text of the playlist. This text is complete, unsigned, and the same for all viewers. */
  readonly text: PlaylistResult<Found<string>>
  /** Removes what the restrictions of the viewer's token exclude; returns `null` if nothing remains. */
  readonly applyRestrictions: (
    text: string,
    restrictions: Restrictions,
  ) => TE.TaskEither<Unavailable, string | null>
  /** Decides how the URIs in the playlist carry the token. */
  readonly signature: TE.TaskEither<never, S>
  readonly sign: (text: string, signature: S) => string
}

/** Renders the playlist for a viewer. The caller must have authorized the viewer for the file. */
export const renderPlaylist =
  <S extends Signature>(
    uid: string,
    viewer: Viewer,
    { text, applyRestrictions, signature, sign }: PlaylistSteps<S>,
  ): PlaylistResult<Found<SignablePlaylist<S>>> =>
  async () => {
    const complete = await text()
    if (E.isLeft(complete)) return complete
    const permitted = await applyRestrictions(complete.right.value, viewer.grant.restrictions)()
    if (E.isLeft(permitted)) return permitted
    const restricted = permitted.right
    if (restricted === null) return E.left(notFound('list', uid))
    const chosen = await signature()
    if (E.isLeft(chosen)) return chosen
    return E.right(mapFound(complete.right, () => ({ text: restricted, signature: chosen.right, sign })))
  }

/**
 * Renders the playlist of a file. Fails with Forbidden('other_subject') unless the viewer's token names the
 * file.
 */
export const renderPlaylistOfFile =
  <S extends Signature>(
    uid: string,
    viewer: Viewer,
    steps: PlaylistSteps<S>,
  ): PlaylistResult<Found<SignablePlaylist<S>>> =>
  async () => {
    const permitted = authorizeFile(viewer, uid)
    return E.isLeft(permitted) ? permitted : renderPlaylist(uid, viewer, steps)()
  }
