import { LRUCache } from 'lru-cache'
import { E } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import type { MediaGrant, MediaKind, MediaTokens } from '../../ports/media-tokens.ts'

/**
 * Remembers tokens that were verified, so that the parts of one film cost one signature check. A token is
 * forgotten when it expires; one that was refused is never remembered, so a flood of them fills nothing.
 */
export const createRememberedMediaTokens = (tokens: MediaTokens, clock: Clock, max = 20_000): MediaTokens => {
  const verified = {
    image: new LRUCache<string, MediaGrant>({ max }),
    content: new LRUCache<string, MediaGrant>({ max }),
  } satisfies Record<MediaKind, unknown>

  const known: MediaTokens['known'] = (kind, jwt) => {
    const grant = verified[kind].get(jwt)
    return grant !== undefined && grant.exp * 1000 > clock() ? grant : undefined
  }

  return {
    mint: tokens.mint,
    known,
    verify: (kind, jwt) => async () => {
      const before = known(kind, jwt)
      if (before !== undefined) return E.right(before)
      const grant = await tokens.verify(kind, jwt)()
      if (E.isRight(grant)) verified[kind].set(jwt, grant.right)
      return grant
    },
  }
}
