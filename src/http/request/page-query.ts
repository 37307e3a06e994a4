import * as t from 'io-ts'
import { withSchema } from '../../domain/shared/json-schema.ts'
import { storableText } from '../../domain/shared/storable-text.ts'

/** Number of entries of a page without `limit`. */
const defaultLimit = 50

/** The last entry of a page: a text of the database, which is never longer than this. */
const LastEntry = storableText({ maxCharacters: 512 })

/** The parameter `after` of a list that is sorted by a text: base64url of the last one of a page. */
export const TextCursor = withSchema(
  new t.Type<string, string, unknown>(
    'cursor',
    t.string.is,
    (u, context) => {
      const text = typeof u === 'string' ? Buffer.from(u, 'base64url').toString() : ''
      return text !== '' && encodeTextCursor(text) === u && LastEntry.is(text)
        ? t.success(text)
        : t.failure(u, context, 'should be the next of a page')
    },
    (text) => encodeTextCursor(text),
  ),
  { type: 'string', description: 'The `next` of the page before.' },
)

export const encodeTextCursor = (text: string): string => Buffer.from(text).toString('base64url')

/**
 * Returns a page of at most `limit` entries, and the cursor of the next page; `null` if there are no more. `loaded`
 * has one entry more if there is a next page.
 */
export const toPage = <A>(
  loaded: ReadonlyArray<A>,
  limit: number,
  cursorOf: (last: A) => string,
): { readonly items: ReadonlyArray<A>; readonly next: string | null } => {
  const items = loaded.slice(0, limit)
  const last = items.at(-1)
  return { items, next: loaded.length > limit && last !== undefined ? cursorOf(last) : null }
}

/** Returns the requested number of entries, or the default. */
export const pageLimitOf = (limit: number | undefined): number => limit ?? defaultLimit
