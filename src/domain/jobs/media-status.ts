import { createBoundedCache } from '../../bounded-cache.ts'
import { E, O, type TE } from '../../fp.ts'
import type { ContentFileRepository } from '../../ports/content-file-repository.ts'
import type { ImageFileRepository } from '../../ports/image-file-repository.ts'
import type { Monotonic, MonotonicMs } from '../../ports/monotonic.ts'
import type { CallerAccess } from '../access/caller-access.ts'
import type { Caller } from '../access/viewer.ts'
import type { ContentFileUid, ImageFileUid } from '../media/ids.ts'
import type { MediaKind } from '../media/media-kind.ts'
import { type Forbidden, type NotFound, notFound, type Unavailable } from '../shared/errors.ts'
import type { MediaState } from './media-state.ts'

/** Tells viewers whether a file is ready. */
export type MediaStatus = {
  /** Fails with Forbidden unless the caller may have this file, and with NotFound if there is no such file. */
  readonly read: (
    kind: MediaKind,
    uid: string,
    caller: Caller,
  ) => TE.TaskEither<Forbidden | NotFound | Unavailable, MediaState>
}

type Deps = {
  readonly imageFiles: Pick<ImageFileRepository, 'findState'>
  readonly contentFiles: Pick<ContentFileRepository, 'findState'>
  readonly callerAccess: Pick<CallerAccess, 'authorize'>
  readonly monotonic: Monotonic
}

type Found = E.Either<Unavailable, O.Option<MediaState>>
type Entry = { readonly at: MonotonicMs; readonly found: Promise<Found> }

/** Time in milliseconds for which all viewers of a file share one query of the database. */
const sharedMs = 1000
/** Maximum memory of shared answers in bytes, enough for thousands of files. */
const maxBytes = 2 ** 20
const entryBytes = 200

export const createMediaStatus = ({
  imageFiles,
  contentFiles,
  callerAccess,
  monotonic,
}: Deps): MediaStatus => {
  const entries = createBoundedCache<Entry>({ maxBytes, sizeOf: () => entryBytes })

  const find = (kind: MediaKind, uid: string): TE.TaskEither<Unavailable, O.Option<MediaState>> =>
    // The caller may have the file of this kind, so the cast is safe.
    kind === 'image'
      ? imageFiles.findState(uid as ImageFileUid)
      : contentFiles.findState(uid as ContentFileUid)

  const findShared = (kind: MediaKind, uid: string): Promise<Found> => {
    const key = `${kind}:${uid}`
    const shared = entries.get(key)
    if (shared !== undefined && monotonic() - shared.at < sharedMs) return shared.found
    const found = find(kind, uid)()
    entries.set(key, { at: monotonic(), found })
    return found
  }

  return {
    read: (kind, uid, caller) => async () => {
      const authorized = await callerAccess.authorize(kind, uid, caller)()
      if (E.isLeft(authorized)) return authorized
      const found = await findShared(kind, uid)
      if (E.isLeft(found)) return found
      return O.isSome(found.right) ? E.right(found.right.value) : E.left(notFound('file', uid))
    },
  }
}
