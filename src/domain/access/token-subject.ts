import { refine } from '../shared/refine.ts'

const maxLength = 512

/**
 * An id of a token, the uid of a file, or the subject of id tokens, as admins write it. Has 1 to 512 characters, so
 * that the database can index it, and none that the database cannot store.
 */
export const TokenSubject = refine(
  'subject',
  (u): u is string =>
    typeof u === 'string' && u.length >= 1 && u.length <= maxLength && !/[\p{Cc}\p{Cs}]/u.test(u),
  'should be a text of 1 to 512 printable characters',
  { type: 'string', minLength: 1, maxLength },
)
