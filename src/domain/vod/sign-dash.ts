import { type UrlSignature, withJwt } from '../shared/signature.ts'
import { escapeXml } from './xml.ts'

const partUri = /\b(sourceURL|media)="([^"]*)"/g

/**
 * Lets the token travel to the parts that a manifest of ours names (http-api.md §3). Those are all: our URIs are
 * relative and have no query. In path mode URL resolution carries it.
 */
export const signDash = (manifest: string, signature: UrlSignature): string => {
  if (signature.mode !== 'query') return manifest
  const jwt = escapeXml(encodeURIComponent(signature.jwt))
  return manifest.replace(
    partUri,
    (_, attribute: string, uri: string) => `${attribute}="${withJwt(uri, jwt)}"`,
  )
}
