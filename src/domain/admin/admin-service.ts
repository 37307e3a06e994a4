import { E, type TE } from '../../fp.ts'
import type { CachePort } from '../../ports/cache.ts'
import { cacheKeys } from '../../ports/cache-keys.ts'
import type { ContentFileRepository } from '../../ports/content-file-repository.ts'
import type { IdTokenIssuer } from '../../ports/id-token-issuer.ts'
import type { Identity } from '../../ports/id-token-verifier.ts'
import type { ImageFileRepository } from '../../ports/image-file-repository.ts'
import type { Revocations } from '../../ports/revocations.ts'
import type { Trash } from '../../ports/trash.ts'
import type { UserRepository } from '../../ports/user-repository.ts'
import type { CheckedIdTokenVerifier } from '../access/checked-id-tokens.ts'
import type { CheckedMediaTokens } from '../access/checked-media-tokens.ts'
import { createReadThrough } from '../caching/read-through.ts'
import {
  type Conflict,
  conflict,
  type Forbidden,
  forbidden,
  type NotFound,
  notFound,
  type Unavailable,
} from '../shared/errors.ts'
import { createMintMediaToken, type MintMediaToken } from './mint-media-token.ts'

/** Authenticates admins and issues tokens. */
export type AdminService = {
  /**
   * Verifies an id token and returns its identity. Fails with Forbidden('not_admin') unless the user is an
   * admin.
   */
  readonly authenticate: (idToken: string) => TE.TaskEither<Forbidden | Unavailable, Identity>
  /** Returns at most `limit` admins in the order of their `sub`, those after `after`; `null`: the first. */
  readonly listAdmins: UserRepository['listAdmins']
  /** Returns whether the user is an admin now, from the database. */
  readonly isAdmin: UserRepository['isAdmin']
  /** Ends the right of an admin. Fails with NotFound for another user, and with Conflict for the last admin. */
  readonly removeAdmin: (sub: string) => TE.TaskEither<NotFound | Conflict | Unavailable, void>
  /** Sets the right of a user, also of the last admin. */
  readonly setAdmin: (sub: string, admin: boolean) => TE.TaskEither<Unavailable, void>
  /** Mints an id token, also while the database is unavailable. */
  readonly mintIdToken: (sub: string) => TE.TaskEither<never, string>
  readonly mintMediaToken: MintMediaToken
}

type Deps = {
  readonly cache: CachePort
  readonly users: UserRepository
  readonly imageFiles: ImageFileRepository
  readonly contentFiles: ContentFileRepository
  readonly idTokenVerifier: CheckedIdTokenVerifier
  readonly idTokenIssuer: IdTokenIssuer
  readonly checkedTokens: CheckedMediaTokens
  readonly trash: Pick<Trash, 'isInTrash'>
  readonly revocations: Pick<Revocations, 'findNotBefore'>
  /** Maximum lifetime of a media token in seconds. */
  readonly maxTtlSeconds: number
}

const idTokenTtlSeconds = 3600

export const createAdminService = (deps: Deps): AdminService => {
  const { cache, users, idTokenVerifier, idTokenIssuer, revocations } = deps
  // This read has no fallback to stale values, because admin checks must fail when the database is
  // unavailable (http-api.md §9.3).
  const readThrough = createReadThrough(cache)

  const evictAfter =
    <A>(sub: string, change: TE.TaskEither<Unavailable, A>): TE.TaskEither<Unavailable, A> =>
    async () => {
      const result = await change()
      // If it is unknown whether a failed write had an effect, the cached value is deleted as well.
      if (E.isLeft(result) && !result.left.mayHaveHappened) return result
      const evicted = await cache.delete(cacheKeys.isAdmin({ sub }))()
      return E.isLeft(result) || E.isRight(evicted) ? result : evicted
    }

  return {
    authenticate: (idToken) => async () => {
      const identity = await idTokenVerifier.verify(idToken)()
      if (E.isLeft(identity)) return identity
      const { sub } = identity.right
      const admin = await readThrough(cacheKeys.isAdmin({ sub }), users.isAdmin(sub))()
      if (E.isLeft(admin)) return admin
      return admin.right.value ? identity : E.left(forbidden('not_admin'))
    },

    setAdmin: (sub, admin) => evictAfter(sub, users.setAdmin(sub, admin)),

    listAdmins: users.listAdmins,
    isAdmin: users.isAdmin,

    removeAdmin: (sub) => async () => {
      const removal = await evictAfter(sub, users.removeAdmin(sub))()
      if (E.isLeft(removal)) return removal
      if (removal.right === 'not_admin') return E.left(notFound('admin', sub))
      return removal.right === 'last_admin'
        ? E.left(conflict(`${sub} is the only admin: add another one first`))
        : E.right(undefined)
    },

    mintIdToken: (sub) => async () => {
      const notBefore = await revocations.findNotBefore({ kind: 'sub', subject: sub })()
      // Without the database, a token is minted all the same: only a revocation of the last two seconds refuses it.
      return idTokenIssuer.mint(sub, idTokenTtlSeconds, E.isRight(notBefore) ? notBefore.right : 0)()
    },

    mintMediaToken: createMintMediaToken(deps),
  }
}
