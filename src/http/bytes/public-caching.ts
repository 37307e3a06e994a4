import type { Headers } from './representation-headers.ts'

/** How public files may be stored by clients and by caches in between (http-api.md §6.3). */
export type PublicCaching = {
  /** Time in seconds for which bytes are fresh. */
  readonly maxAgeSeconds: number
  /** Value of CDN-Cache-Control (RFC 9213) of bytes; `null`: replies have no such header. */
  readonly cdnCacheControl: string | null
  /** Whether replies have a Cache-Tag with the uid of their file, by which a CDN can purge them. */
  readonly hasCacheTags: boolean
}

export const defaultPublicCaching: PublicCaching = {
  maxAgeSeconds: 3600,
  cdnCacheControl: null,
  hasCacheTags: false,
}

const publicListCacheControl = 'public, max-age=30, stale-while-revalidate=30'

const tagOf = ({ hasCacheTags }: PublicCaching, file: string): Headers =>
  hasCacheTags ? { 'Cache-Tag': file } : {}

/**
 * Returns the headers of a playlist, or of another reply that may soon change, of a public file with this uid. A CDN
 * stores these no longer than a browser.
 */
export const publicListHeaders = (caching: PublicCaching, file: string): Headers => ({
  'Cache-Control': publicListCacheControl,
  ...tagOf(caching, file),
})

/**
 * Returns the headers of bytes of a public file. They never change, and yet are fresh for a limited time only: what is
 * made private must leave caches that Larder cannot reach.
 */
export const publicByteHeaders = (caching: PublicCaching, file: string): Headers => ({
  'Cache-Control': `public, max-age=${caching.maxAgeSeconds}`,
  ...(caching.cdnCacheControl === null ? {} : { 'CDN-Cache-Control': caching.cdnCacheControl }),
  ...tagOf(caching, file),
})
