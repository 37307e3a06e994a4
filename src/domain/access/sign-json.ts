import { apiUrl } from './public-urls.ts'
import { type UrlSignature, withJwt } from './signature.ts'

// A JSON string has no unescaped quote, so `"url":"` cannot begin inside a string.
const urlMember = /("url"\s*:\s*)("(?:[^"\\]|\\.)*")/g

/**
 * Signs the `url` members of a JSON text that start with the URL of this API (http-api.md §3). Every other
 * byte is unchanged. A URL of another origin never gets the token.
 */
export const signJson = (text: string, publicUrl: string, signature: UrlSignature): string => {
  if (signature.mode === 'none') return text
  const api = apiUrl(publicUrl)
  const jwt = encodeURIComponent(signature.jwt)
  const sign = (url: string): string =>
    signature.mode === 'query' ? withJwt(url, jwt) : `${api}/~${jwt}${url.slice(api.length)}`

  return text.replace(urlMember, (member: string, name: string, literal: string) => {
    const url: unknown = JSON.parse(literal)
    if (typeof url !== 'string' || !url.startsWith(`${api}/`)) return member
    return `${name}${JSON.stringify(sign(url))}`
  })
}
