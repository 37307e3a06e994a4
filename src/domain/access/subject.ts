import { refine } from '../shared/refine.ts'
import { storableText } from '../shared/storable-text.ts'

/** Maximum length of a subject (OpenID Connect Core 1.0 §2). */
const maxCharacters = 255

const StorableSubject = storableText({ maxCharacters })

/** The subject of a token: for an id token the name of a user. Has no control characters, and is not empty. */
export const Subject = refine(
  'subject',
  (u): u is string => StorableSubject.is(u) && u !== '' && !/\p{Cc}/u.test(u),
  `should be a text of 1 to ${maxCharacters} characters, without control characters`,
  { type: 'string', minLength: 1, maxLength: maxCharacters },
)
