import { hash } from 'node:crypto'
import { createBoundedCache } from '../../bounded-cache.ts'
import { E } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import type { MediaGrant, MediaKind, MediaTokens } from '../../ports/media-tokens.ts'

/** Of each kind: some twenty thousand tokens. */
const usualBytes = 12 * 1024 * 1024

/** As JSON in two bytes a character, which is more than its strings take. */
const sizeOf = (grant: MediaGrant): number => 2 * JSON.stringify(grant).length

/** Of each kind, those that come again and again: a thousand, found without a digest of them (1 µs). */
const hottestBytes = 1024 * 1024

/** Stands in for the token: of one length for all, and no part of the URL that it came in lives on in it. */
const digestOf = (jwt: string): string => hash('sha256', jwt, 'base64')

/** Letters of its own: a part of a URL would keep all of the URL. */
const copyOf = (jwt: string): string => Buffer.from(jwt, 'latin1').toString('latin1')

const createVerified = (maxBytes: number) => {
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
 * Remembers tokens that were verified, so that the parts of one film cost one signature check. A token is
 * forgotten when it expires; one that was refused is never remembered, so a flood of them fills nothing.
 */
export const createRememberedMediaTokens = (
  tokens: MediaTokens,
  clock: Clock,
  maxBytes = usualBytes,
): MediaTokens => {
  const verified = {
    image: createVerified(maxBytes),
    content: createVerified(maxBytes),
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
      const before = verifiedGrant(kind, jwt)
      if (before !== undefined) return E.right(before)
      const grant = await tokens.verify(kind, jwt)()
      if (E.isRight(grant)) verified[kind].set(jwt, grant.right)
      return grant
    },
  }
}
