import { E } from '../../fp.ts'
import type { RevocationKind, RevocationTarget } from '../../ports/revocations.ts'
import { isUid, kindOfUid } from '../media/uid-text.ts'
import { TokenSubject } from './token-subject.ts'

/** Returns whether tokens can name this uid: an image or content file, perhaps an old one without a prefix. */
const isFileUid = (uid: string): boolean => {
  const kind = kindOfUid(uid)
  return isUid(uid) && (kind === null || kind === 'imageFile' || kind === 'contentFile')
}

/** Returns whether the text has a token in it, as a link and a header do. */
export const containsToken = (text: string): boolean => /eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]+/.test(text)

/**
 * Returns the tokens to revoke. Fails with a description of the fault, which does not quote the subject. The uid of
 * an export and a whole token are faults: no token is named like that, so nothing would be revoked.
 */
export const parseRevocationTarget = (
  kind: RevocationKind,
  subject: unknown,
): E.Either<string, RevocationTarget> => {
  if (typeof subject === 'string' && containsToken(subject))
    return E.left(
      `should be the ${kind}, not a token: \`larder token --explain JWT\` prints what a token names`,
    )
  if (!TokenSubject.is(subject)) return E.left('should be a text of 1 to 512 printable characters')
  if (kind === 'uid' && !isFileUid(subject)) return E.left('should be the uid of an image or content file')
  return E.right({ kind, subject })
}
