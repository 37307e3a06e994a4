import { LRUCache } from 'lru-cache'
import { E } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import type { MediaGrant, MediaTokens } from '../../ports/media-tokens.ts'

/**
 * Remembers tokens that were verified, so that the parts of one film cost one signature check. A token is
 * forgotten when it expires; one that was refused is never remembered, so a flood of them fills nothing.
 */
export const createRememberedMediaTokens = (tokens: MediaTokens, clock: Clock, max = 20_000): MediaTokens => {
  const verified = new LRUCache<string, MediaGrant>({ max })

  return {
    mint: tokens.mint,
    verify: (kind, jwt) => async () => {
      const name = `${kind} ${jwt}`
      const known = verified.get(name)
      if (known !== undefined && known.exp * 1000 > clock()) return E.right(known)
      const grant = await tokens.verify(kind, jwt)()
      if (E.isRight(grant)) verified.set(name, grant.right)
      return grant
    },
  }
}
