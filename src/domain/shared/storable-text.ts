import type * as t from 'io-ts'
import { refine } from './refine.ts'

const unstorable = /[\0\p{Surrogate}]/u

/** Returns whether the text has at most `max` characters (code points). */
const hasAtMost = (text: string, max: number): boolean =>
  text.length <= max || (text.length <= 2 * max && [...text].length <= max)

/** Returns whether the database stores the text and returns it unchanged. */
export const isStorableText = (text: string): boolean => !unstorable.test(text)

type TextLimits = { readonly maxCharacters: number }

/**
 * Creates the codec of a text that the database stores and returns unchanged. PostgreSQL rejects U+0000, and UTF-8
 * cannot encode unpaired surrogates. A text from outside must be decoded by such a codec before it is stored.
 * Characters are code points.
 */
export const storableText = ({ maxCharacters }: TextLimits): t.Type<string, string, unknown> =>
  refine(
    'text',
    (u): u is string => typeof u === 'string' && hasAtMost(u, maxCharacters) && isStorableText(u),
    `should be a text of at most ${maxCharacters} characters, without U+0000 and without unpaired surrogates`,
    {
      type: 'string',
      maxLength: maxCharacters,
      description: `A text of at most ${maxCharacters} characters.`,
    },
  )
