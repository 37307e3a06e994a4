import { E, type TE } from '../../fp.ts'
import type { Found } from '../../ports/cache.ts'
import { type Forbidden, type NotFound, notFound, type Unavailable } from '../shared/errors.ts'
import { mayView } from './access.ts'
import type { Restrictions } from './restrictions.ts'
import type { SignableList } from './signable-list.ts'
import type { Signature } from './signature.ts'
import type { Viewer } from './viewer.ts'

export type Shown<A> = TE.TaskEither<NotFound | Forbidden | Unavailable, A>

/** How a list comes to be what one viewer may have of it. */
export type ListSteps<S extends Signature> = {
  /** What is cached: whole, unsigned, and the same for all. */
  readonly text: Shown<Found<string>>
  /** What of it he may have; `null` when that is nothing. */
  readonly cut: (text: string, restrictions: Restrictions) => TE.TaskEither<Unavailable, string | null>
  /** How its children are to be opened. */
  readonly signature: TE.TaskEither<never, S>
  readonly sign: (text: string, signature: S) => string
}

/** The list for a viewer who has been found to be permitted to see it. */
export const showList =
  <S extends Signature>(
    uid: string,
    viewer: Viewer,
    { text, cut, signature, sign }: ListSteps<S>,
  ): Shown<Found<SignableList<S>>> =>
  async () => {
    const whole = await text()
    if (E.isLeft(whole)) return whole
    const part = await cut(whole.right.value, viewer.grant.restrictions)()
    if (E.isLeft(part)) return part
    if (part.right === null) return E.left(notFound('list', uid))
    const how = await signature()
    if (E.isLeft(how)) return how
    return E.right({ ...whole.right, value: { text: part.right, signature: how.right, sign } })
  }

/** The same for a list of the file that his token must name. */
export const showListOfFile =
  <S extends Signature>(uid: string, viewer: Viewer, steps: ListSteps<S>): Shown<Found<SignableList<S>>> =>
  async () => {
    const permitted = mayView(viewer, uid)
    return E.isLeft(permitted) ? permitted : showList(uid, viewer, steps)()
  }
