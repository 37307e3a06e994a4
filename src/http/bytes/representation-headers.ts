import { unsatisfiedRangeHeaders } from './content-range.ts'
import { formatHttpDate } from './http-date.ts'

export type Headers = Readonly<Record<string, string>>

/** The metadata of a stored file from which its headers are built. */
export type RepresentationFacts = {
  readonly contentType: string
  /** Bytes. */
  readonly size: number
  /** Lower-case hex. */
  readonly sha256: string
  /** Milliseconds since 1970-01-01T00:00Z; HTTP dates have a resolution of one second. */
  readonly lastModified?: number | undefined
  /** Whether every client may see the file, and shared caches may store it. */
  readonly isPublic: boolean
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
  /** Seconds since 1970-01-01T00:00Z. */
  readonly lastModified: number | undefined
  /** Headers of a 200; a 206 replaces Content-Length and adds Content-Range. */
  readonly whole: Headers
  readonly notModified: Headers
  readonly rangeNotSatisfiable: Headers
}

// An SVG opened directly is a document: only inline styles are allowed (http-api.md §4.3).
const SVG_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'"

/** Builds the headers of a stored file (http-api.md §4.3, §6.2, §6.3). */
export const describeRepresentation = (
  facts: RepresentationFacts,
): Representation & { readonly etag: string } => {
  const { contentType, size, isPublic } = facts
  const digest = Buffer.from(facts.sha256, 'hex')
  const etag = `"${digest.toString('base64url')}"`
  const lastModified = facts.lastModified === undefined ? undefined : Math.floor(facts.lastModified / 1000)
  const cacheHeaders = {
    ETag: etag,
    'Cache-Control': `${isPublic ? 'public' : 'private'}, max-age=31536000, immutable`,
    // The token grants access but does not change the content, so that caches may ignore it.
    ...(isPublic ? {} : { 'No-Vary-Search': 'params=("jwt")' }),
  }
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
      // RFC 9530 §3: the digest of the whole representation, also on a 206.
      'Repr-Digest': `sha-256=:${digest.toString('base64')}:`,
      'X-Content-Type-Options': 'nosniff',
      ...(isSvg(contentType) ? { 'Content-Security-Policy': SVG_POLICY } : {}),
    },
    notModified: cacheHeaders,
    rangeNotSatisfiable: unsatisfiedRangeHeaders(size),
  }
}

const isSvg = (contentType: string): boolean => /^image\/svg\+xml\s*(;|$)/i.test(contentType)
