import { E, type TE } from '../../fp.ts'
import { type Found, mapFound } from '../caching/found.ts'
import { type Forbidden, type NotFound, notFound, type Unavailable } from '../shared/errors.ts'
import { authorizeFile } from './access.ts'
import type { Restrictions } from './restrictions.ts'
import type { SignableList } from './signable-list.ts'
import type { Signature } from './signature.ts'
import type { Viewer } from './viewer.ts'

export type PlaylistResult<A> = TE.TaskEither<NotFound | Forbidden | Unavailable, A>

/** How a list comes to be what one viewer may have of it. */
export type PlaylistSteps<S extends Signature> = {
  /** What is cached: whole, unsigned, and the same for all. */
  readonly text: PlaylistResult<Found<string>>
  /** What of it he may have; `null` when that is nothing. */
  readonly applyRestrictions: (
    text: string,
    restrictions: Restrictions,
  ) => TE.TaskEither<Unavailable, string | null>
  /** How its children are to be opened. */
  readonly signature: TE.TaskEither<never, S>
  readonly sign: (text: string, signature: S) => string
}

/** The list for a viewer who has been found to be permitted to see it. */
export const renderPlaylist =
  <S extends Signature>(
    uid: string,
    viewer: Viewer,
    { text, applyRestrictions, signature, sign }: PlaylistSteps<S>,
  ): PlaylistResult<Found<SignableList<S>>> =>
  async () => {
    const whole = await text()
    if (E.isLeft(whole)) return whole
    const part = await applyRestrictions(whole.right.value, viewer.grant.restrictions)()
    if (E.isLeft(part)) return part
    const restricted = part.right
    if (restricted === null) return E.left(notFound('list', uid))
    const how = await signature()
    if (E.isLeft(how)) return how
    return E.right(mapFound(whole.right, () => ({ text: restricted, signature: how.right, sign })))
  }

/** The same for a list of the file that his token must name. */
export const renderPlaylistOfFile =
  <S extends Signature>(
    uid: string,
    viewer: Viewer,
    steps: PlaylistSteps<S>,
  ): PlaylistResult<Found<SignableList<S>>> =>
  async () => {
    const permitted = authorizeFile(viewer, uid)
    return E.isLeft(permitted) ? permitted : renderPlaylist(uid, viewer, steps)()
  }
