import { withPathToken } from '../access/public-urls.ts'
import { type UriSignature, withJwt } from '../access/signature.ts'
import { escapeXml } from './xml.ts'

const baseUrl = /(<BaseURL>)([^<]*)(?=<)/
const partUri = /\b(sourceURL|media)="([^"]*)"/g

/**
 * Adds the token to all URIs of a manifest (http-api.md §3). All of these URIs are relative, have no query,
 * and lead to Larder. In path mode only the BaseURL gets the token: players resolve the other URIs against
 * it.
 */
export const signDash = (manifest: string, signature: UriSignature): string => {
  if (signature.mode === 'none' || signature.mode === 'inherited') return manifest
  const jwt = escapeXml(encodeURIComponent(signature.jwt))
  if (signature.mode === 'path')
    return manifest.replace(
      baseUrl,
      (_, tag: string, uri: string) => `${tag}${withPathToken(uri, jwt) ?? uri}`,
    )
  return manifest.replace(
    partUri,
    (_, attribute: string, uri: string) => `${attribute}="${withJwt(uri, jwt)}"`,
  )
}
