import { E } from '../../fp.ts'
import type { MediaKind } from '../media/media-kind.ts'
import { isUid, kindOfUid } from '../media/uid-text.ts'
import { type Forbidden, forbidden } from '../shared/errors.ts'
import type { Viewer } from './viewer.ts'

/** Returns whether a token of this kind can open the file of this uid (http-api.md §2.1). */
export const isFileOfKind = (kind: MediaKind, uid: string): boolean => {
  const uidKind = kindOfUid(uid)
  return isUid(uid) && (uidKind === null || uidKind === `${kind}File`)
}

/** Fails with Forbidden('other_subject') unless the token names exactly this logical file. */
export const authorizeFile = (viewer: Viewer, uid: string): E.Either<Forbidden, Viewer> =>
  viewer.grant.sub === uid ? E.right(viewer) : E.left(forbidden('other_subject'))
