import type { Identity } from '../../ports/id-token-verifier.ts'
import type { MediaGrant } from '../../ports/media-tokens.ts'
import { type Revocation, type RevocationKind, revocationSeconds } from '../../ports/revocations.ts'

/**
 * All revocations that this process knows, in memory. Each lookup is synchronous, takes constant time and
 * allocates nothing, because it runs for every request, also for replayed replies.
 */
export type RevocationIndex = {
  readonly isRevoked: (grant: MediaGrant) => boolean
  readonly isIdTokenRevoked: (identity: Identity) => boolean
  /** Returns the least `iat` of valid tokens of a file (seconds since 1970); 0 if it was never revoked. */
  readonly notBeforeOf: (uid: string) => number
  /** Adds revocations. Returns those that were not known. */
  readonly add: (revocations: ReadonlyArray<Revocation>) => ReadonlyArray<Revocation>
  /** Returns all revocations. */
  readonly entries: () => ReadonlyArray<Revocation>
  /** Drops what is older than `revocationSeconds` before `now` (seconds since 1970): such tokens have expired. */
  readonly dropExpired: (now: number) => void
  /** Makes verifications wait until this promise resolves, because the index may lack revocations until then. */
  readonly waitFor: (filled: Promise<void>) => void
  /** The promise for which verifications wait; `null` if there is none. */
  readonly filling: () => Promise<void> | null
}

const kinds = ['jti', 'uid', 'sub'] as const satisfies ReadonlyArray<RevocationKind>

export const createRevocationIndex = (): RevocationIndex => {
  const jtis = new Map<string, number>()
  const uids = new Map<string, number>()
  const subs = new Map<string, number>()
  const times: Readonly<Record<RevocationKind, Map<string, number>>> = { jti: jtis, uid: uids, sub: subs }

  let filling: Promise<void> | null = null

  const isListed = (jti: string | undefined): boolean => jti !== undefined && jtis.has(jti)
  const isEarlier = (iat: number, notBefore: number | undefined): boolean =>
    notBefore !== undefined && iat < notBefore

  return {
    isRevoked: ({ sub, iat, jti }) => isListed(jti) || isEarlier(iat, uids.get(sub)),
    isIdTokenRevoked: ({ sub, iat, jti }) => isListed(jti) || isEarlier(iat, subs.get(sub)),
    notBeforeOf: (uid) => uids.get(uid) ?? 0,
    add: (revocations) =>
      revocations.filter(({ kind, subject, notBefore }) => {
        const isNew = (times[kind].get(subject) ?? -1) < notBefore
        if (isNew) times[kind].set(subject, notBefore)
        return isNew
      }),
    entries: () =>
      kinds.flatMap((kind) => [...times[kind]].map(([subject, notBefore]) => ({ kind, subject, notBefore }))),
    dropExpired: (now) => {
      for (const subjects of Object.values(times))
        for (const [subject, notBefore] of subjects)
          if (notBefore < now - revocationSeconds) subjects.delete(subject)
    },
    waitFor: (filled) => {
      filling = filled.finally(() => {
        filling = null
      })
    },
    filling: () => filling,
  }
}
