/** A piece of an m3u8 text. The `text`s of all tokens in order are the input, code unit for code unit. */
export type Token = {
  readonly kind: TokenKind
  readonly text: string
}

/**
 * `tagName` goes up to and with the colon (`#EXTINF:`); what follows is `attributeName`, `punctuation` (`=`, `,`)
 * and `quotedString` or `value` for an attribute list, else one `value`. `malformed`: the rest of an attribute
 * list from the place where it stops being one. `space`: what stands around the content of a line.
 */
export type TokenKind =
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

const filled = (...tokens: ReadonlyArray<Token>): ReadonlyArray<Token> =>
  tokens.filter(({ text }) => text !== '')

/** Around the content of a line stands what the URL standard strips from a URL: spaces and control characters. */
const contentBounds = (text: string): readonly [start: number, end: number] => {
  let start = 0
  while (text.charCodeAt(start) <= 0x20) start += 1
  let end = text.length
  while (end > start && text.charCodeAt(end - 1) <= 0x20) end -= 1
  return [start, end]
}

const attributesOf = (text: string): ReadonlyArray<Token> => {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    attribute.lastIndex = at
    const match = attribute.exec(text)
    if (match === null) return [...tokens, { kind: 'malformed', text: text.slice(at) }]

    const [whole, before = '', name = '', equals = '', quoted = '', after = '', bare = '', comma = ''] = match
    tokens.push(
      ...filled(
        { kind: 'space', text: before },
        { kind: 'attributeName', text: name },
        { kind: 'punctuation', text: equals },
        { kind: 'quotedString', text: quoted },
        { kind: 'space', text: after },
        { kind: 'value', text: bare },
        { kind: 'punctuation', text: comma },
      ),
    )
    at += whole.length
  }
  return tokens
}

const contentOf = (text: string): ReadonlyArray<Token> => {
  if (text === '') return []
  if (!text.startsWith('#')) return [{ kind: 'uri', text }]
  const match = tag.exec(text)
  if (match === null) return [{ kind: 'comment', text }]

  const [, name = '', rest = ''] = match
  const value: ReadonlyArray<Token> = attributeListStart.test(rest)
    ? attributesOf(rest)
    : filled({ kind: 'value', text: rest })
  return [{ kind: 'tagName', text: name }, ...value]
}

/**
 * Takes an m3u8 text apart (RFC 8216bis §4.1, §4.2) and loses nothing: lines end in LF or CRLF, the last one
 * perhaps in neither. Whatever text comes in, it does not fail: see `malformed`.
 */
export const tokenize = (text: string): ReadonlyArray<Token> => {
  const tokens: Token[] = []
  const marked = text.startsWith('\uFEFF')
  if (marked) tokens.push({ kind: 'byteOrderMark', text: '\uFEFF' })

  line.lastIndex = marked ? 1 : 0
  while (line.lastIndex < text.length) {
    const [, whole = '', newline = ''] = line.exec(text) ?? []
    const [start, end] = contentBounds(whole)
    tokens.push(
      ...filled({ kind: 'space', text: whole.slice(0, start) }),
      ...contentOf(whole.slice(start, end)),
      ...filled({ kind: 'space', text: whole.slice(end) }, { kind: 'newline', text: newline }),
    )
  }
  return tokens
}
