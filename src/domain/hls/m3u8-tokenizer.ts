/**
 * A piece of an m3u8 text. If the `text`s of all tokens are joined in order, they equal the input exactly.
 */
export type M3u8Token = {
  readonly kind: M3u8TokenKind
  readonly text: string
}

/**
 * `tagName` includes the colon (`#EXTINF:`). After the tag name comes either an attribute list
 * (`attributeName`, `punctuation` for `=` and `,`, and `quotedString` or `value`), or one `value`.
 * `malformed`: the rest of an attribute list from the first syntax error. `space`: spaces and control
 * characters around the content of a line.
 */
type M3u8TokenKind =
  | 'byteOrderMark'
  | 'tagName'
  | 'attributeName'
  | 'punctuation'
  | 'quotedString'
  | 'value'
  | 'malformed'
  | 'comment'
  | 'uri'
  | 'space'
  | 'newline'

const line = /([^\n]*?)(\r?\n|$)/y
const tag = /^(#EXT[^:]*:?)(.*)$/s
const attributeListStart = /^\s*[A-Z0-9-]+=/
const attribute = /(\s*)([A-Z0-9-]+)(=)(?:("[^"]*")(\s*)|([^",]*))(,|$)/y

const withoutEmpty = (...tokens: ReadonlyArray<M3u8Token>): ReadonlyArray<M3u8Token> =>
  tokens.filter(({ text }) => text !== '')

/**
 * Returns the bounds of the text without leading and trailing spaces and control characters, which URL
 * parsers also remove.
 */
const contentBounds = (text: string): readonly [start: number, end: number] => {
  let start = 0
  while (text.charCodeAt(start) <= 0x20) start += 1
  let end = text.length
  while (end > start && text.charCodeAt(end - 1) <= 0x20) end -= 1
  return [start, end]
}

const attributesOf = (text: string): ReadonlyArray<M3u8Token> => {
  const tokens: M3u8Token[] = []
  let position = 0
  while (position < text.length) {
    attribute.lastIndex = position
    const match = attribute.exec(text)
    if (match === null) return [...tokens, { kind: 'malformed', text: text.slice(position) }]

    const [whole, before = '', name = '', equals = '', quoted = '', after = '', bare = '', comma = ''] = match
    tokens.push(
      ...withoutEmpty(
        { kind: 'space', text: before },
        { kind: 'attributeName', text: name },
        { kind: 'punctuation', text: equals },
        { kind: 'quotedString', text: quoted },
        { kind: 'space', text: after },
        { kind: 'value', text: bare },
        { kind: 'punctuation', text: comma },
      ),
    )
    position += whole.length
  }
  return tokens
}

const contentOf = (text: string): ReadonlyArray<M3u8Token> => {
  if (text === '') return []
  if (!text.startsWith('#')) return [{ kind: 'uri', text }]
  const match = tag.exec(text)
  if (match === null) return [{ kind: 'comment', text }]

  const [, name = '', rest = ''] = match
  const value: ReadonlyArray<M3u8Token> = attributeListStart.test(rest)
    ? attributesOf(rest)
    : withoutEmpty({ kind: 'value', text: rest })
  return [{ kind: 'tagName', text: name }, ...value]
}

/**
 * Splits an m3u8 text into tokens without loss (RFC 8216bis §4.1, §4.2). Lines end in LF or CRLF; the last
 * one may have no line break. Never throws: a syntax error becomes a `malformed` token.
 */
export const tokenizeM3u8 = (text: string): ReadonlyArray<M3u8Token> => {
  const tokens: M3u8Token[] = []
  const hasMark = text.startsWith('\uFEFF')
  if (hasMark) tokens.push({ kind: 'byteOrderMark', text: '\uFEFF' })

  line.lastIndex = hasMark ? 1 : 0
  while (line.lastIndex < text.length) {
    const [, whole = '', newline = ''] = line.exec(text) ?? []
    const [start, end] = contentBounds(whole)
    tokens.push(
      ...withoutEmpty({ kind: 'space', text: whole.slice(0, start) }),
      ...contentOf(whole.slice(start, end)),
      ...withoutEmpty({ kind: 'space', text: whole.slice(end) }, { kind: 'newline', text: newline }),
    )
  }
  return tokens
}
