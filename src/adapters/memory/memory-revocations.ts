import { E, TE } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import {
  type ListedRevocation,
  maxNotBeforeAhead,
  type RevocationHorizon,
  type Revocations,
  type RevocationTarget,
  revocationSeconds,
  revokedTooOften,
} from '../../ports/revocations.ts'

const keyOf = ({ kind, subject }: RevocationTarget): string => `${kind} ${subject}`

/** Stores revocations in memory, for tests. A horizon is the greatest id. */
export const createMemoryRevocations = (clock: Clock): Revocations => {
  const byTarget = new Map<string, ListedRevocation>()
  let lastId = 0

  return {
    revoke: ({ kind, subject }) =>
      TE.fromIOEither(() => {
        const now = Math.floor(clock() / 1000)
        for (const [key, { notBefore }] of byTarget)
          if (notBefore < now - revocationSeconds) byTarget.delete(key)
        const earlier = byTarget.get(keyOf({ kind, subject }))?.notBefore ?? 0
        const notBefore = Math.max(now + 1, kind === 'jti' ? earlier : earlier + 1)
        if (kind !== 'jti' && notBefore > now + maxNotBeforeAhead) return E.left(revokedTooOften)
        const revocation = { kind, subject, notBefore }
        lastId += 1
        byTarget.set(keyOf(revocation), { ...revocation, id: lastId })
        return E.right(revocation)
      }),
    findNotBefore: (target) => TE.fromIO(() => byTarget.get(keyOf(target))?.notBefore ?? 0),
    listSince: (since) =>
      TE.fromIO(() => ({
        revocations: [...byTarget.values()]
          .filter(({ id }) => id > Number(since ?? 0))
          .map(({ id: _, ...revocation }) => revocation),
        horizon: String(lastId) as RevocationHorizon,
      })),
    list: (before, limit) =>
      TE.fromIO(() =>
        [...byTarget.values()]
          .filter(({ id }) => id < (before ?? Infinity))
          .sort((a, b) => b.id - a.id)
          .slice(0, limit),
      ),
  }
}
