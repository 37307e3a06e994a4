import { E } from '../../fp.ts'
import { sniffFileKind } from '../ingest/sniff.ts'
import { unsupportedImageReason } from '../ingest/unsupported-image-reason.ts'
import type { MediaKind } from '../media/media-kind.ts'
import { type NotAccepted, notAccepted, type WrongKind, wrongKind } from '../shared/errors.ts'
import type { Upload } from './upload.ts'

/** Returns the kind of an upload from its first bytes. Fails if the library or the ticket does not take it. */
export const acceptedKind = (
  { kinds }: Pick<Upload, 'kinds'>,
  head: Uint8Array,
): E.Either<NotAccepted | WrongKind, MediaKind> => {
  if (head.length === 0) return E.left(notAccepted('the file is empty'))
  const reason = unsupportedImageReason(head)
  if (reason !== null) return E.left(notAccepted(reason))
  const kind = sniffFileKind(head) === 'image' ? 'image' : 'content'
  return kinds === null || kinds.includes(kind) ? E.right(kind) : E.left(wrongKind)
}
