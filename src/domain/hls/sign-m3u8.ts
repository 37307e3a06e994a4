import { withPathToken } from '../access/public-urls.ts'
import { type Signature, withJwt } from '../access/signature.ts'
import { declareQueryVariable } from './declare-query-variable.ts'
import { type M3u8Token, tokenizeM3u8 } from './m3u8-tokenizer.ts'

// The URL standard removes these characters before it parses, so `/⇥/host`, with a tab, leads to `//host`.
const ignored = /^[\p{Cc} ]+|[\t\n\r]/gu
const leavesOrigin = /^(?:[a-z][a-z0-9+.-]*:|[/\\]{2})/i

/**
 * Returns whether the URI stays at Larder's origin: it is not empty, not absolute (as `data:` is), and has no
 * host.
 */
const staysAtOrigin = (uri: string): boolean => uri !== '' && !leavesOrigin.test(uri.replace(ignored, ''))

const signTokens = (tokens: ReadonlyArray<M3u8Token>, sign: (uri: string) => string): string => {
  const signUri = (uri: string): string => (staysAtOrigin(uri) ? sign(uri) : uri)
  let attribute = ''
  return tokens
    .map(({ kind, text }) => {
      if (kind === 'attributeName') attribute = text
      if (kind === 'uri') return signUri(text)
      if (kind === 'quotedString' && attribute === 'URI') return `"${signUri(text.slice(1, -1))}"`
      return text
    })
    .join('')
}

/**
 * Adds the token to every URI of an m3u8 playlist that stays at Larder's origin, on a line of its own or in a
 * tag (http-api.md §3). If the path of the playlist has the token, relative URIs inherit it, so the text
 * stays the same.
 */
export const signM3u8 = (text: string, signature: Signature): string => {
  switch (signature.mode) {
    case 'none':
    case 'inherited':
      return text
    case 'path': {
      const jwt = encodeURIComponent(signature.jwt)
      return signTokens(tokenizeM3u8(text), (uri) => withPathToken(uri, jwt) ?? uri)
    }
    case 'query': {
      const jwt = encodeURIComponent(signature.jwt)
      return signTokens(tokenizeM3u8(text), (uri) => withJwt(uri, jwt))
    }
    case 'define':
      return signTokens(tokenizeM3u8(declareQueryVariable(text, 'jwt')), (uri) => withJwt(uri, '{$jwt}'))
  }
}
