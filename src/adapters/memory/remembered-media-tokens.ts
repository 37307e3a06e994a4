import { hash } from 'node:crypto'
import { createBoundedCache } from '../../bounded-cache.ts'
import { E } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import type { MediaGrant, MediaKind, MediaTokens } from '../../ports/media-tokens.ts'

/** Of each kind: some twenty thousand tokens. */
const usualBytes = 12 * 1024 * 1024

/** As JSON in two bytes a character, which is more than its strings take. */
const sizeOf = (grant: MediaGrant): number => 2 * JSON.stringify(grant).length

/** Stands in for the token: of one length for all, and no part of the URL that it came in lives on in it. */
const digestOf = (jwt: string): string => hash('sha256', jwt, 'base64')

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
    image: createBoundedCache<MediaGrant>({ maxBytes, sizeOf }),
    content: createBoundedCache<MediaGrant>({ maxBytes, sizeOf }),
  } satisfies Record<MediaKind, unknown>

  const known: MediaTokens['known'] = (kind, jwt) => {
    const grant = verified[kind].get(digestOf(jwt))
    return grant !== undefined && grant.exp * 1000 > clock() ? grant : undefined
  }

  return {
    mint: tokens.mint,
    known,
    verify: (kind, jwt) => async () => {
      const before = known(kind, jwt)
      if (before !== undefined) return E.right(before)
      const grant = await tokens.verify(kind, jwt)()
      if (E.isRight(grant)) verified[kind].set(digestOf(jwt), grant.right)
      return grant
    },
  }
}
