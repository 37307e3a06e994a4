import { type Signature, withJwt } from '../shared/signature.ts'
import { declareQueryVariable } from './declare-query-variable.ts'
import { type Token, tokenize } from './m3u8-tokenizer.ts'

// What the URL standard takes out of a URL before it looks at it: a tab must not hide that `/⇥/host` is `//host`.
const ignored = /^[\p{Cc} ]+|[\t\n\r]/gu
const leavesOrigin = /^(?:[a-z][a-z0-9+.-]*:|[/\\]{2})/i

/** Names a child that is ours: not an absolute URL (`data:` is one), not one with a host, not nothing. */
const isOurs = (uri: string): boolean => uri !== '' && !leavesOrigin.test(uri.replace(ignored, ''))

const signUri = (uri: string, value: string): string => (isOurs(uri) ? withJwt(uri, value) : uri)

const signTokens = (tokens: ReadonlyArray<Token>, value: string): string => {
  let attribute = ''
  return tokens
    .map(({ kind, text }) => {
      if (kind === 'attributeName') attribute = text
      if (kind === 'uri') return signUri(text, value)
      if (kind === 'quotedString' && attribute === 'URI') return `"${signUri(text.slice(1, -1), value)}"`
      return text
    })
    .join('')
}

/**
 * Lets the token travel to the children of an m3u8 list (http-api.md §3): to every URI, of a line or of a tag, that
 * stays at our origin. In path mode URL resolution carries it, and the list stays as it is.
 */
export const signM3u8 = (text: string, signature: Signature): string => {
  switch (signature.mode) {
    case 'none':
    case 'path':
      return text
    case 'query':
      return signTokens(tokenize(text), encodeURIComponent(signature.jwt))
    case 'define':
      return signTokens(tokenize(declareQueryVariable(text, 'jwt')), '{$jwt}')
  }
}
