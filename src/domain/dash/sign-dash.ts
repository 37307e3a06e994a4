import { withPathToken } from '../access/public-urls.ts'
import { type UriSignature, withJwt } from '../access/signature.ts'
import { escapeXml } from './xml.ts'

const baseUrl = /(<BaseURL>)([^<]*)(?=<)/
const partUri = /\b(sourceURL|media)="([^"]*)"/g

/**
 * Lets the token travel to the parts that a manifest of ours names (http-api.md §3). Those are all: our URIs are
 * relative and have no query. In path mode their base has it, and URL resolution carries it.
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
