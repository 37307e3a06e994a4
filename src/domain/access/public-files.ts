import { pipe, TE } from '../../fp.ts'
import type { CacheKey } from '../../ports/cache.ts'
import { cacheKeys } from '../../ports/cache-keys.ts'
import type { ContentFileRepository } from '../../ports/content-file-repository.ts'
import type { ImageFileRepository } from '../../ports/image-file-repository.ts'
import { type Found, mapFound } from '../caching/found.ts'
import type { ReadThrough } from '../caching/read-through.ts'
import type { ContentFileUid, ImageFileUid } from '../media/ids.ts'
import type { MediaKind } from '../media/media-kind.ts'
import { type Forbidden, forbidden, type Unavailable } from '../shared/errors.ts'

type Deps = {
  readonly readThrough: ReadThrough
  readonly imageFiles: Pick<ImageFileRepository, 'isPublic'>
  readonly contentFiles: Pick<ContentFileRepository, 'isPublic'>
}

/**
 * Succeeds only for public files. Fails with Forbidden('not_public') otherwise, also if there is no such file. The
 * result is valid as long as the flag is in the cache.
 */
export type PublicCheck = (
  kind: MediaKind,
  uid: string,
) => TE.TaskEither<Forbidden | Unavailable, Found<boolean>>

/** Returns the key of the flag of a file. The casts are safe, because a key may have a uid that no file has. */
export const publicKey = (kind: MediaKind, uid: string): CacheKey<boolean> =>
  kind === 'image'
    ? cacheKeys.imagePublic({ uid: uid as ImageFileUid })
    : cacheKeys.contentPublic({ uid: uid as ContentFileUid })

export const createPublicCheck = ({ readThrough, imageFiles, contentFiles }: Deps): PublicCheck => {
  const isPublic = (kind: MediaKind, uid: string) =>
    kind === 'image' ? imageFiles.isPublic(uid as ImageFileUid) : contentFiles.isPublic(uid as ContentFileUid)

  const queryPublic = (kind: MediaKind, uid: string) =>
    pipe(
      isPublic(kind, uid),
      TE.filterOrElseW(
        (open) => open,
        () => forbidden('not_public'),
      ),
    )

  // Only the answer "public" is cached. For "not public", the database is queried every time: a response
  // without a query would be faster, and so reveal that the file exists (W15).
  return (kind, uid) =>
    pipe(
      readThrough(publicKey(kind, uid), queryPublic(kind, uid)),
      TE.flatMap((flag) =>
        flag.value
          ? TE.right(flag)
          : pipe(
              queryPublic(kind, uid),
              TE.map((value) => mapFound(flag, () => value)),
            ),
      ),
    )
}
