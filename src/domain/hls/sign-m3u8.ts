import { withPathToken } from '../access/public-urls.ts'
import { type Signature, withJwt } from '../access/signature.ts'
import { declareQueryVariable } from './declare-query-variable.ts'
import { type M3u8Token, tokenizeM3u8 } from './m3u8-tokenizer.ts'

// The URL standard removes these characters before it parses: a tab must not hide that `/⇥/host` is `//host`.
const ignored = /^[\p{Cc} ]+|[\t\n\r]/gu
const leavesOrigin = /^(?:[a-z][a-z0-9+.-]*:|[/\\]{2})/i

/** Whether the URI stays at our origin: not absolute (`data:` is), without a host, not empty. */
const isOurs = (uri: string): boolean => uri !== '' && !leavesOrigin.test(uri.replace(ignored, ''))

const signTokens = (tokens: ReadonlyArray<M3u8Token>, sign: (uri: string) => string): string => {
  const signUri = (uri: string): string => (isOurs(uri) ? sign(uri) : uri)
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
 * Adds the token to every URI of an m3u8 playlist that stays at our origin, on a line or in a tag
 * (http-api.md §3). If the path of the playlist has the token, relative URIs inherit it: nothing changes.
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
