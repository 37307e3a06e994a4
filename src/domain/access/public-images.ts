import { pipe, TE } from '../../fp.ts'
import { cacheKeys } from '../../ports/cache-keys.ts'
import type { ImageFileRepository } from '../../ports/image-file-repository.ts'
import { type Found, mapFound } from '../caching/found.ts'
import type { ReadThrough } from '../caching/read-through.ts'
import type { ImageFileUid } from '../media/ids.ts'
import { type Forbidden, forbidden, type Unavailable } from '../shared/errors.ts'

type Deps = { readonly readThrough: ReadThrough; readonly imageFiles: ImageFileRepository }

export type PublicImageCheck = ReturnType<typeof createPublicImageCheck>

/** Returns a check that succeeds only for public images. Fails with Forbidden('not_public') otherwise. */
export const createPublicImageCheck = ({ readThrough, imageFiles }: Deps) => {
  const queryPublic = (uid: ImageFileUid) =>
    pipe(
      imageFiles.isPublic(uid),
      TE.filterOrElseW(
        (open) => open,
        () => forbidden('not_public'),
      ),
    )

  /**
   * Only "public" is cached. "Not public" is queried every time: a response without a query would be faster,
   * and so reveal that the image exists (W15).
   */
  return (uid: ImageFileUid): TE.TaskEither<Forbidden | Unavailable, Found<boolean>> =>
    pipe(
      readThrough(cacheKeys.imagePublic({ uid }), queryPublic(uid)),
      TE.flatMap((flag) =>
        flag.value
          ? TE.right(flag)
          : pipe(
              queryPublic(uid),
              TE.map((value) => mapFound(flag, () => value)),
            ),
      ),
    )
}
