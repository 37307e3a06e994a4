import { E, O, type TE } from '../../fp.ts'
import type { ContentFileRepository } from '../../ports/content-file-repository.ts'
import type { ImageFileRepository } from '../../ports/image-file-repository.ts'
import type { MediaGrant } from '../../ports/media-tokens.ts'
import type { Revocations } from '../../ports/revocations.ts'
import type { Trash } from '../../ports/trash.ts'
import type { CheckedMediaTokens } from '../access/checked-media-tokens.ts'
import { type Restrictions, unrestricted } from '../access/restrictions.ts'
import { contentTtlSeconds, defaultTtlSeconds } from '../access/token-lifetimes.ts'
import { ContentFileUid, ImageFileUid } from '../media/ids.ts'
import type { MediaKind } from '../media/media-kind.ts'
import {
  type Conflict,
  conflict,
  inTrash,
  type NotFound,
  notFound,
  type Refused,
  refused,
  type Unavailable,
} from '../shared/errors.ts'

/** A new token, and what it permits. */
export type NewMediaToken = { readonly kind: MediaKind; readonly jwt: string; readonly grant: MediaGrant }

/**
 * Mints a token for a file. If `ttlSeconds` is `null`, the lifetime is the default of http-api.md §2.3, within the
 * maximum. For restrictions, see §2.4. Fails with Refused for a lifetime above the maximum, for a clip of an
 * image, which would restrict nothing, and for restrictions that are too long for a token. Fails with Conflict for a file
 * in the trash, and if the token would be refused at once.
 */
export type MintMediaToken = (
  uid: string,
  ttlSeconds: number | null,
  restrictions?: Restrictions,
) => TE.TaskEither<NotFound | Refused | Conflict | Unavailable, NewMediaToken>

type Deps = {
  readonly imageFiles: ImageFileRepository
  readonly contentFiles: ContentFileRepository
  readonly trash: Pick<Trash, 'isInTrash'>
  readonly revocations: Pick<Revocations, 'findNotBefore'>
  readonly checkedTokens: CheckedMediaTokens
  readonly maxTtlSeconds: number
}

/** The kind of a file, and the default lifetime of its tokens (seconds). */
type MintableFile = { readonly kind: MediaKind; readonly ttlSeconds: number }

export const createMintMediaToken = (deps: Deps): MintMediaToken => {
  const { imageFiles, contentFiles, trash, revocations, checkedTokens, maxTtlSeconds } = deps

  const findSubject =
    (uid: string): TE.TaskEither<NotFound | Conflict | Unavailable, MintableFile> =>
    async () => {
      if (ContentFileUid.is(uid)) {
        const file = await contentFiles.find(uid)()
        if (E.isLeft(file)) return file
        if (O.isSome(file.right))
          return E.right({ kind: 'content', ttlSeconds: contentTtlSeconds(file.right.value.durationSeconds) })
      }
      if (ImageFileUid.is(uid)) {
        const state = await imageFiles.findState(uid)()
        if (E.isLeft(state)) return state
        if (O.isSome(state.right)) return E.right({ kind: 'image', ttlSeconds: defaultTtlSeconds })
      }
      const deleted = await trash.isInTrash(uid)()
      if (E.isLeft(deleted)) return deleted
      return E.left(deleted.right ? inTrash(uid) : notFound('file', uid))
    }

  return (uid, ttlSeconds, restrictions = unrestricted) =>
    async () => {
      if (ttlSeconds !== null && ttlSeconds > maxTtlSeconds)
        return E.left(
          refused(`a token is valid for at most ${maxTtlSeconds} seconds (TOKEN_MAX_TTL_SECONDS)`),
        )
      const subject = await findSubject(uid)()
      if (E.isLeft(subject)) return subject
      const { kind } = subject.right
      if (kind === 'image' && restrictions.clip !== undefined)
        return E.left(refused(`${uid} is a picture and has no duration: a clip is for sounds and films`))
      // The index of this process may not know the last revocation yet, so the store is queried.
      const notBefore = await revocations.findNotBefore({ kind: 'uid', subject: uid })()
      if (E.isLeft(notBefore)) return notBefore
      const seconds = ttlSeconds ?? Math.min(subject.right.ttlSeconds, maxTtlSeconds)
      const options = { notBefore: notBefore.right }
      const jwt = await checkedTokens.mint(kind, uid, seconds, restrictions, options)()
      if (E.isLeft(jwt)) return jwt
      const grant = await checkedTokens.verify(kind, jwt.right)()
      if (E.isRight(grant)) return E.right({ kind, jwt: jwt.right, grant: grant.right })
      const failure = grant.left
      if (failure._tag === 'Unavailable') return E.left(failure)
      if (failure.reason === 'malformed')
        return E.left(refused('the restrictions make the token longer than 4,096 characters'))
      // For example, the clock of the database is more than a minute ahead, and the file was revoked just now.
      return E.left(conflict(`a token of ${uid} would be refused (${failure.reason}): compare the clocks`))
    }
}
