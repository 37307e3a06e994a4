import { E, type TE } from '../../fp.ts'
import { combineFound, type Found, mapFound } from '../caching/found.ts'
import { type Forbidden, type NotFound, notFound, type Unavailable } from '../shared/errors.ts'
import type { CallerRight } from './caller-access.ts'
import { type Restrictions, unrestricted } from './restrictions.ts'
import type { SignablePlaylist } from './signable-playlist.ts'
import type { Signature } from './signature.ts'
import type { Caller } from './viewer.ts'

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

/** Renders the playlist for a caller whose right to the file was checked. */
export const renderPlaylist =
  <S extends Signature>(
    uid: string,
    caller: Caller,
    { text, applyRestrictions, signature, sign }: PlaylistSteps<S>,
  ): PlaylistResult<Found<SignablePlaylist<S>>> =>
  async () => {
    const complete = await text()
    if (E.isLeft(complete)) return complete
    const restrictions = caller?.grant.restrictions ?? unrestricted
    const permitted = await applyRestrictions(complete.right.value, restrictions)()
    if (E.isLeft(permitted)) return permitted
    const restricted = permitted.right
    if (restricted === null) return E.left(notFound('list', uid))
    const chosen = await signature()
    if (E.isLeft(chosen)) return chosen
    return E.right(mapFound(complete.right, () => ({ text: restricted, signature: chosen.right, sign })))
  }

/**
 * Renders the playlist of a file, once the right of the caller was checked. A playlist of a public file is valid only as
 * long as the file is known to be public.
 */
export const renderPlaylistOfFile =
  <S extends Signature>(
    uid: string,
    caller: Caller,
    right: TE.TaskEither<Forbidden | Unavailable, CallerRight>,
    steps: PlaylistSteps<S>,
  ): PlaylistResult<Found<SignablePlaylist<S>>> =>
  async () => {
    const permitted = await right()
    if (E.isLeft(permitted)) return permitted
    const list = await renderPlaylist(uid, caller, steps)()
    const { flag } = permitted.right
    if (E.isLeft(list) || flag === null) return list
    return E.right(combineFound(list.right, flag, (signable) => ({ ...signable, publicFile: uid })))
  }
