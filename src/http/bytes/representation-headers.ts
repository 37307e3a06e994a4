import { unsatisfiedRange } from './content-range.ts'
import { formatHttpDate } from './http-date.ts'

export type Headers = Readonly<Record<string, string>>

/** What is known of a stored file before any of its bytes is read. */
export type RepresentationFacts = {
  readonly contentType: string
  /** Bytes. */
  readonly size: number
  /** Lower-case hex. */
  readonly sha256: string
  /** Milliseconds since 1970-01-01T00:00Z; a second is as fine as HTTP gets. */
  readonly lastModified?: number | undefined
  /** Anybody may see it, and any cache may keep it. */
  readonly isPublic: boolean
}

/**
 * A representation as replies about it need it: made once for a stored file, kept, and shared by all replies.
 * A route that chooses among representations adds its own `Vary` and `Content-Location` to each of them.
 */
export type Representation = {
  readonly size: number
  readonly contentType: string
  /** Strong, with its quotes; what is made for one viewer has none. */
  readonly etag: string | undefined
  /** Seconds since 1970-01-01T00:00Z. */
  readonly lastModified: number | undefined
  /** Of a 200; a 206 puts its own Content-Length in place, and Content-Range beside it. */
  readonly whole: Headers
  readonly notModified: Headers
  readonly rangeNotSatisfiable: Headers
}

// An SVG opened by itself is a document: it may style itself, and nothing more (http-api.md §4.3).
const SVG_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'"

/** Headers by http-api.md §4.3, §6.2 and §6.3. */
export const describeRepresentation = (
  facts: RepresentationFacts,
): Representation & { readonly etag: string } => {
  const { contentType, size, isPublic } = facts
  const digest = Buffer.from(facts.sha256, 'hex')
  const etag = `"${digest.toString('base64url')}"`
  const lastModified = facts.lastModified === undefined ? undefined : Math.floor(facts.lastModified / 1000)
  const lasting = {
    ETag: etag,
    'Cache-Control': `${isPublic ? 'public' : 'private'}, max-age=31536000, immutable`,
    // The token opens the door and does not change what is behind it.
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
      ...lasting,
      ...(lastModified === undefined ? {} : { 'Last-Modified': formatHttpDate(lastModified) }),
      // RFC 9530 §3: of the whole representation, also on a part of it.
      'Repr-Digest': `sha-256=:${digest.toString('base64')}:`,
      'X-Content-Type-Options': 'nosniff',
      ...(isSvg(contentType) ? { 'Content-Security-Policy': SVG_POLICY } : {}),
    },
    notModified: lasting,
    rangeNotSatisfiable: {
      'Content-Range': unsatisfiedRange(size),
      'Accept-Ranges': 'bytes',
      'Cache-Control': 'no-store',
    },
  }
}

const isSvg = (contentType: string): boolean => /^image\/svg\+xml\s*(;|$)/i.test(contentType)
