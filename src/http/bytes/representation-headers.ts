import { unsatisfiedRangeHeaders } from './content-range.ts'
import { formatHttpDate } from './http-date.ts'

export type Headers = Readonly<Record<string, string>>

/** The metadata of a stored file from which its headers are built. */
export type RepresentationFacts = {
  readonly contentType: string
  /** Size in bytes. */
  readonly size: number
  /** The sha256 of the bytes, in lower-case hex. */
  readonly sha256: string
  /**
   * Time of the last change in milliseconds since 1970-01-01T00:00Z. HTTP dates have a resolution of one
   * second.
   */
  readonly lastModified?: number | undefined
}

/**
 * The headers and validators of a representation, computed once for a stored file and shared by all replies.
 * A route that selects among representations adds its own `Vary` and `Content-Location`.
 */
export type Representation = {
  readonly size: number
  readonly contentType: string
  /** A strong entity tag with quotes; `undefined` for content that is specific to one viewer. */
  readonly etag: string | undefined
  /** Time of the last change in seconds since 1970-01-01T00:00Z. */
  readonly lastModified: number | undefined
  /** Headers of a 200. A 206 replaces Content-Length and adds Content-Range. */
  readonly whole: Headers
  readonly notModified: Headers
  readonly rangeNotSatisfiable: Headers
}

// An SVG that is opened directly is a document, which could run scripts. This policy allows only inline
// styles (http-api.md §4.3).
const SVG_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'"

/**
 * Headers of bytes that a token opens. The token grants access but does not change the content: No-Vary-Search tells
 * caches that they may ignore it.
 */
const privateCaching: Headers = {
  'Cache-Control': 'private, max-age=31536000, immutable',
  'No-Vary-Search': 'params=("jwt")',
}

/** Builds the headers of a stored file (http-api.md §4.3, §6.2, §6.3). `caching`: the headers for caches. */
export const describeRepresentation = (
  facts: RepresentationFacts,
  caching: Headers = privateCaching,
): Representation & { readonly etag: string } => {
  const { contentType, size } = facts
  const digest = Buffer.from(facts.sha256, 'hex')
  const etag = `"${digest.toString('base64url')}"`
  const lastModified = facts.lastModified === undefined ? undefined : Math.floor(facts.lastModified / 1000)
  const cacheHeaders = { ETag: etag, ...caching }
  return {
    size,
    contentType,
    etag,
    lastModified,
    whole: {
      'Content-Type': contentType,
      'Content-Length': String(size),
      'Accept-Ranges': 'bytes',
      ...cacheHeaders,
      ...(lastModified === undefined ? {} : { 'Last-Modified': formatHttpDate(lastModified) }),
      // RFC 9530 §3: the digest is that of the whole representation, even in a 206.
      'Repr-Digest': `sha-256=:${digest.toString('base64')}:`,
      'X-Content-Type-Options': 'nosniff',
      ...(isSvg(contentType) ? { 'Content-Security-Policy': SVG_POLICY } : {}),
    },
    notModified: cacheHeaders,
    rangeNotSatisfiable: unsatisfiedRangeHeaders(size),
  }
}

const isSvg = (contentType: string): boolean => /^image\/svg\+xml\s*(;|$)/i.test(contentType)
