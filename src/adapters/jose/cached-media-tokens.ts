import { hash } from 'node:crypto'
import { createBoundedCache } from '../../bounded-cache.ts'
import type { MediaKind } from '../../domain/media/media-kind.ts'
import { E } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import type { MediaGrant, MediaTokens } from '../../ports/media-tokens.ts'

/** Maximum memory in bytes for each kind of token, enough for about 20,000 tokens. */
const defaultBytes = 12 * 1024 * 1024

/** Returns an upper bound of a grant's size in memory (bytes): its JSON with two bytes per character. */
const sizeOf = (grant: MediaGrant): number => 2 * JSON.stringify(grant).length

/**
 * Maximum memory in bytes for the most frequent tokens of each kind, enough for about 1,000. A lookup of
 * these tokens computes no digest (which would take 1 µs).
 */
const hottestBytes = 1024 * 1024

/**
 * Returns the cache key of a token: a digest of fixed length. The token itself may be a substring of a URL,
 * and would keep the whole URL in memory.
 */
const digestOf = (jwt: string): string => hash('sha256', jwt, 'base64')

/** Copies a token. Without a copy, the substring would keep the whole URL in memory. */
const copyOf = (jwt: string): string => Buffer.from(jwt, 'latin1').toString('latin1')

const createGrantCache = (maxBytes: number) => {
  const all = createBoundedCache<MediaGrant>({ maxBytes, sizeOf })
  const hottest = createBoundedCache<MediaGrant>({ maxBytes: Math.min(hottestBytes, maxBytes), sizeOf })
  return {
    get: (jwt: string): MediaGrant | undefined => {
      const hot = hottest.get(jwt)
      if (hot !== undefined) return hot
      const grant = all.get(digestOf(jwt))
      if (grant !== undefined) hottest.set(copyOf(jwt), grant)
      return grant
    },
    set: (jwt: string, grant: MediaGrant): void => all.set(digestOf(jwt), grant),
  }
}

/**
 * Caches verified tokens, so that all segments of a video cost one verification of the signature. A token
 * stays valid in the cache until it expires. Refused tokens are not cached, so a flood of them cannot evict
 * valid tokens.
 */
export const createCachedMediaTokens = (
  tokens: MediaTokens,
  clock: Clock,
  maxBytes = defaultBytes,
): MediaTokens => {
  const verified = {
    image: createGrantCache(maxBytes),
    content: createGrantCache(maxBytes),
  } satisfies Record<MediaKind, unknown>

  const verifiedGrant: MediaTokens['verifiedGrant'] = (kind, jwt) => {
    const grant = verified[kind].get(jwt)
    return grant !== undefined && grant.exp * 1000 > clock() ? grant : undefined
  }

  return {
    mint: tokens.mint,
    derive: tokens.derive,
    verifiedGrant,
    verify: (kind, jwt) => async () => {
      const cached = verifiedGrant(kind, jwt)
      if (cached !== undefined) return E.right(cached)
      const grant = await tokens.verify(kind, jwt)()
      if (E.isRight(grant)) verified[kind].set(jwt, grant.right)
      return grant
    },
  }
}
