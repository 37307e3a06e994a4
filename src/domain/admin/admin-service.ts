import { E, O, pipe, TE } from '../../fp.ts'
import type { CachePort } from '../../ports/cache.ts'
import { cacheKeys } from '../../ports/cache-keys.ts'
import type { ContentFileRepository } from '../../ports/content-file-repository.ts'
import type { IdTokenIssuer } from '../../ports/id-token-issuer.ts'
import type { Identity, IdTokenVerifier } from '../../ports/id-token-verifier.ts'
import type { ImageFileRepository } from '../../ports/image-file-repository.ts'
import type { MediaTokens } from '../../ports/media-tokens.ts'
import type { UserRepository } from '../../ports/user-repository.ts'
import { type Restrictions, unrestricted } from '../access/restrictions.ts'
import { contentTtlSeconds, defaultTtlSeconds } from '../access/token-lifetimes.ts'
import { createReadThrough } from '../caching/read-through.ts'
import { ContentFileUid, ImageFileUid } from '../media/ids.ts'
import type { MediaKind } from '../media/media-kind.ts'
import { type Forbidden, forbidden, type NotFound, notFound, type Unavailable } from '../shared/errors.ts'

type MediaToken = { readonly kind: MediaKind; readonly jwt: string }

/** Authenticates admins and issues tokens. */
export type AdminService = {
  /**
   * Verifies an id token and returns its identity. Fails with Forbidden('not_admin') unless the user is an
   * admin.
   */
  readonly authenticate: (idToken: string) => TE.TaskEither<Forbidden | Unavailable, Identity>
  readonly setAdmin: (sub: string, admin: boolean) => TE.TaskEither<Unavailable, void>
  readonly mintIdToken: (sub: string) => TE.TaskEither<never, string>
  /**
   * Mints a token for a file. If `ttlSeconds` is `null`, the lifetime is the default of http-api.md §2.3. For
   * restrictions, see §2.4.
   */
  readonly mintMediaToken: (
    uid: string,
    ttlSeconds: number | null,
    restrictions?: Restrictions,
  ) => TE.TaskEither<NotFound | Unavailable, MediaToken>
}

type Deps = {
  readonly cache: CachePort
  readonly users: UserRepository
  readonly imageFiles: ImageFileRepository
  readonly contentFiles: ContentFileRepository
  readonly idTokenVerifier: IdTokenVerifier
  readonly idTokenIssuer: IdTokenIssuer
  readonly tokens: MediaTokens
}

const idTokenTtlSeconds = 3600

export const createAdminService = (deps: Deps): AdminService => {
  const { cache, users, imageFiles, contentFiles, idTokenVerifier, idTokenIssuer, tokens } = deps
  // This read has no fallback to stale values, because admin checks must fail when the database is
  // unavailable (http-api.md §9.3).
  const readThrough = createReadThrough(cache)

  const mint = (kind: MediaKind, uid: string, ttlSeconds: number, restrictions: Restrictions) =>
    pipe(
      tokens.mint(kind, uid, ttlSeconds, restrictions),
      TE.map((jwt): MediaToken => ({ kind, jwt })),
    )

  return {
    authenticate: (idToken) => async () => {
      const identity = await idTokenVerifier.verify(idToken)()
      if (E.isLeft(identity)) return identity
      const { sub } = identity.right
      const admin = await readThrough(cacheKeys.isAdmin({ sub }), users.isAdmin(sub))()
      if (E.isLeft(admin)) return admin
      return admin.right.value ? identity : E.left(forbidden('not_admin'))
    },

    setAdmin: (sub, admin) => async () => {
      const result = await users.setAdmin(sub, admin)()
      // If it is unknown whether a failed write had an effect, the cached value is deleted as well.
      if (E.isLeft(result) && !result.left.mayHaveHappened) return result
      const evicted = await cache.delete(cacheKeys.isAdmin({ sub }))()
      return E.isLeft(result) ? result : evicted
    },

    mintIdToken: (sub) => idTokenIssuer.mint(sub, idTokenTtlSeconds),

    mintMediaToken:
      (uid, ttlSeconds, restrictions = unrestricted) =>
      async () => {
        if (ContentFileUid.is(uid)) {
          const file = await contentFiles.find(uid)()
          if (E.isLeft(file)) return file
          if (O.isSome(file.right))
            return mint(
              'content',
              uid,
              ttlSeconds ?? contentTtlSeconds(file.right.value.durationSeconds),
              restrictions,
            )()
        }
        if (ImageFileUid.is(uid)) {
          const exports = await imageFiles.listExports(uid)()
          if (E.isLeft(exports)) return exports
          if (exports.right.length > 0)
            return mint('image', uid, ttlSeconds ?? defaultTtlSeconds, restrictions)()
        }
        return E.left(notFound('file', uid))
      },
  }
}
