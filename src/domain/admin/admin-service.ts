import { E, O, pipe, TE } from '../../fp.ts'
import type { CachePort } from '../../ports/cache.ts'
import { cacheKeys } from '../../ports/cache-keys.ts'
import type { ContentFileRepository } from '../../ports/content-file-repository.ts'
import type { Identity, IdTokens } from '../../ports/id-tokens.ts'
import type { ImageFileRepository } from '../../ports/image-file-repository.ts'
import type { MediaKind, MediaTokens } from '../../ports/media-tokens.ts'
import type { UserRepository } from '../../ports/user-repository.ts'
import { contentTtlSeconds, defaultTtlSeconds } from '../access/access.ts'
import { type Restrictions, unrestricted } from '../access/restrictions.ts'
import { createReadThrough } from '../caching/read-through.ts'
import { ContentFileUid, ImageFileUid } from '../media/ids.ts'
import { type Forbidden, forbidden, type NotFound, notFound, type Unavailable } from '../shared/errors.ts'

export type MintedToken = { readonly kind: MediaKind; readonly jwt: string }

/** Who is an admin, and what admins hand out. */
export type AdminService = {
  /** The caller's identity when the id token is good and its subject is an admin, else `Forbidden`. */
  readonly authenticate: (idToken: string) => TE.TaskEither<Forbidden | Unavailable, Identity>
  readonly setAdmin: (sub: string, admin: boolean) => TE.TaskEither<Unavailable, void>
  readonly mintIdToken: (sub: string) => TE.TaskEither<never, string>
  /** A media token for an image or content file; `null`: as long as http-api.md §2.3 has it. Restrictions: §2.4. */
  readonly mintMediaToken: (
    uid: string,
    ttlSeconds: number | null,
    restrictions?: Restrictions,
  ) => TE.TaskEither<NotFound | Unavailable, MintedToken>
}

type Deps = {
  readonly cache: CachePort
  readonly users: UserRepository
  readonly imageFiles: ImageFileRepository
  readonly contentFiles: ContentFileRepository
  readonly idTokens: IdTokens
  readonly tokens: MediaTokens
}

const idTokenTtlSeconds = 3600

export const createAdminService = (deps: Deps): AdminService => {
  const { cache, users, imageFiles, contentFiles, idTokens, tokens } = deps
  // Of what has expired nothing is given: who may no longer be an admin is none (http-api.md §9.3).
  const readThrough = createReadThrough(cache)

  const mint = (kind: MediaKind, uid: string, ttlSeconds: number, restrictions: Restrictions) =>
    pipe(
      tokens.mint(kind, uid, ttlSeconds, restrictions),
      TE.map((jwt): MintedToken => ({ kind, jwt })),
    )

  return {
    authenticate: (idToken) => async () => {
      const identity = await idTokens.verify(idToken)()
      if (E.isLeft(identity)) return identity
      const { sub } = identity.right
      const admin = await readThrough(cacheKeys.isAdmin({ sub }), users.isAdmin(sub))()
      if (E.isLeft(admin)) return admin
      return admin.right.value ? identity : E.left(forbidden('not_admin'))
    },

    setAdmin: (sub, admin) => async () => {
      const written = await users.setAdmin(sub, admin)()
      // Also when it is unknown: what the cache holds may be wrong by now.
      if (E.isLeft(written) && !written.left.mayHaveHappened) return written
      const forgotten = await cache.delete(cacheKeys.isAdmin({ sub }))()
      return E.isLeft(written) ? written : forgotten
    },

    mintIdToken: (sub) => idTokens.mint(sub, idTokenTtlSeconds),

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
