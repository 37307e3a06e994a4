import { pipe, TE } from '../../fp.ts'
import type { CachePort } from '../../ports/cache.ts'
import { cacheKeys } from '../../ports/cache-keys.ts'
import type { ImageFileRepository } from '../../ports/image-file-repository.ts'
import type { StaleCache } from '../../ports/stale-cache.ts'
import { type Found, mapFound } from '../caching/found.ts'
import { createReadThrough } from '../caching/read-through.ts'
import type { ImageFileUid } from '../media/ids.ts'
import { type Forbidden, forbidden, type Unavailable } from '../shared/errors.ts'

type Deps = {
  readonly cache: CachePort
  readonly stale: StaleCache
  readonly imageFiles: ImageFileRepository
}

/** Makes the one function that tells whether the exports of an image are anybody's. */
export const createPublicImageCheck = ({ cache, stale, imageFiles }: Deps) => {
  const readThrough = createReadThrough(cache, stale)

  const askPublic = (uid: ImageFileUid) =>
    pipe(
      imageFiles.isPublic(uid),
      TE.filterOrElseW(
        (open) => open,
        () => forbidden('not_public'),
      ),
    )

  /**
   * That an image is public may be known. That it is not is asked every time, and not kept: an answer that comes
   * without a question would tell that there is such an image (W15).
   */
  return (uid: ImageFileUid): TE.TaskEither<Forbidden | Unavailable, Found<boolean>> =>
    pipe(
      readThrough(cacheKeys.imagePublic({ uid }), askPublic(uid)),
      TE.flatMap((flag) =>
        flag.value
          ? TE.right(flag)
          : pipe(
              askPublic(uid),
              TE.map((value) => mapFound(flag, () => value)),
            ),
      ),
    )
}
