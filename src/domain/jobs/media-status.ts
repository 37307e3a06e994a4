import { createBoundedCache } from '../../bounded-cache.ts'
import { E, O, type TE } from '../../fp.ts'
import type { ContentFileRepository } from '../../ports/content-file-repository.ts'
import type { ImageFileRepository } from '../../ports/image-file-repository.ts'
import type { Monotonic, MonotonicMs } from '../../ports/monotonic.ts'
import { authorizeFile } from '../access/authorize-file.ts'
import type { Viewer } from '../access/viewer.ts'
import type { ContentFileUid, ImageFileUid } from '../media/ids.ts'
import { type Forbidden, type NotFound, notFound, type Unavailable } from '../shared/errors.ts'
import type { MediaState } from './media-state.ts'

/** Tells viewers whether a file is ready. */
export type MediaStatus = {
  /** Fails with Forbidden unless the viewer's token names this file, and with NotFound if there is no such file. */
  readonly read: (
    uid: string,
    viewer: Viewer,
  ) => TE.TaskEither<Forbidden | NotFound | Unavailable, MediaState>
}

type Deps = {
  readonly imageFiles: Pick<ImageFileRepository, 'findState'>
  readonly contentFiles: Pick<ContentFileRepository, 'findState'>
  readonly monotonic: Monotonic
}

type Found = E.Either<Unavailable, O.Option<MediaState>>
type Entry = { readonly at: MonotonicMs; readonly found: Promise<Found> }

/** Time in milliseconds for which all viewers of a file share one query of the database. */
const sharedMs = 1000
/** Maximum memory of shared answers in bytes, enough for thousands of files. */
const maxBytes = 2 ** 20
const entryBytes = 200

export const createMediaStatus = ({ imageFiles, contentFiles, monotonic }: Deps): MediaStatus => {
  const entries = createBoundedCache<Entry>({ maxBytes, sizeOf: () => entryBytes })

  const find = (uid: string, { kind }: Viewer): TE.TaskEither<Unavailable, O.Option<MediaState>> =>
    // A token of this kind names the uid, so the cast is safe.
    kind === 'image'
      ? imageFiles.findState(uid as ImageFileUid)
      : contentFiles.findState(uid as ContentFileUid)

  const findShared = (uid: string, viewer: Viewer): Promise<Found> => {
    const key = `${viewer.kind}:${uid}`
    const shared = entries.get(key)
    if (shared !== undefined && monotonic() - shared.at < sharedMs) return shared.found
    const found = find(uid, viewer)()
    entries.set(key, { at: monotonic(), found })
    return found
  }

  return {
    read: (uid, viewer) => async () => {
      const authorized = authorizeFile(viewer, uid)
      if (E.isLeft(authorized)) return authorized
      const found = await findShared(uid, viewer)
      if (E.isLeft(found)) return found
      return O.isSome(found.right) ? E.right(found.right.value) : E.left(notFound('file', uid))
    },
  }
}
