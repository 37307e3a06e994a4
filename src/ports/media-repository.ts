import type { MediaState } from '../domain/jobs/media-state.ts'
import type { MediaChange } from '../domain/library/media-change.ts'
import type { MediaItem, MediaOriginal, MediaRecord } from '../domain/library/media-item.ts'
import type { MediaKind } from '../domain/media/media-kind.ts'
import type { Unavailable } from '../domain/shared/errors.ts'
import type { O, TE } from '../fp.ts'

/** The files of a list. Members that are `null` do not restrict it. Times are in microseconds since 1970. */
export type MediaFilter = {
  /**
   * A text of at least three characters, in Unicode form NFC, that the title or the file name contains. The case of
   * letters is ignored. The uid of a file also finds the file.
   */
  readonly search: string | null
  readonly kind: MediaKind | null
  readonly state: MediaState['state'] | null
  readonly isPublic: boolean | null
  /** Whether an older recipe than that of this release made an export. */
  readonly isOutdated: boolean | null
  /** Files that were added later. */
  readonly createdAfter: number | null
  /** Files that were added earlier. */
  readonly createdBefore: number | null
  /** Either the files in the trash, or the others. */
  readonly isDeleted: boolean
}

/** The place of a file in every list. Lists are sorted by these members, in this order, the greatest first. */
export type MediaPosition = { readonly createdAt: number; readonly kind: MediaKind; readonly id: number }

export type MediaPage = {
  readonly items: ReadonlyArray<MediaItem>
  /** Position of the last item if there are more items after it; otherwise `null`. */
  readonly next: MediaPosition | null
  /** Number of files that match the filter; `null` if there are more than 10,000. */
  readonly total: number | null
}

/** `wrong version`: the file has none of the expected versions. `deleted`: it is in the trash. */
export type MediaChangeResult = 'changed' | 'wrong version' | 'deleted' | 'missing'

/** The files of the library, of both kinds, for admins. A uid that no file has may be any text. */
export type MediaRepository = {
  /** Lists files, newest first, after this position (`null`: from the newest). */
  readonly list: (
    filter: MediaFilter,
    limit: number,
    after: MediaPosition | null,
  ) => TE.TaskEither<Unavailable, MediaPage>
  readonly find: (uid: string) => TE.TaskEither<Unavailable, O.Option<MediaRecord>>
  /** Finds nothing for a file that was taken down. */
  readonly findOriginal: (uid: string) => TE.TaskEither<Unavailable, O.Option<MediaOriginal>>
  /**
   * Changes a file that is not in the trash if it has one of these versions (`null`: any), and increments its
   * version.
   */
  readonly change: (
    uid: string,
    change: MediaChange,
    versions: ReadonlyArray<number> | null,
  ) => TE.TaskEither<Unavailable, MediaChangeResult>
  /**
   * Changes all of these files that exist and are not in the trash, or none if it fails. Returns a result for each
   * file that exists.
   */
  readonly changeAll: (
    uids: ReadonlyArray<string>,
    change: MediaChange,
  ) => TE.TaskEither<Unavailable, ReadonlyMap<string, 'changed' | 'deleted'>>
}
