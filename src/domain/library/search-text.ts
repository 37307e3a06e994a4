import * as t from 'io-ts'
import { toDescription, withSchema } from '../shared/json-schema.ts'
import { storableText } from '../shared/storable-text.ts'

const minCharacters = 3
const maxCharacters = 500
const Storable = storableText({ maxCharacters })

const hasEnough = (text: string): boolean => [...text].length >= minCharacters

const expectation = `should be a text of ${minCharacters} to ${maxCharacters} characters, without U+0000 and without unpaired surrogates`

/**
 * Codec of a text that is searched for, decoded in Unicode form NFC. The index of titles and names has pieces of three
 * characters, so a shorter text would be searched for in every file.
 */
export const SearchText: t.Type<string, string, unknown> = withSchema(
  new t.Type<string, string, unknown>(
    'search_text',
    (u): u is string => Storable.is(u) && hasEnough(u.normalize('NFC')),
    (u, context) => {
      const text = Storable.is(u) ? u.normalize('NFC') : ''
      return hasEnough(text) ? t.success(text) : t.failure(u, context, expectation)
    },
    (text) => text,
  ),
  {
    type: 'string',
    minLength: minCharacters,
    maxLength: maxCharacters,
    description: toDescription(expectation),
  },
)
