import { E, O, pipe, TE } from '../../fp.ts'
import type { CachePort } from '../../ports/cache.ts'
import type { JobQueue } from '../../ports/job-queue.ts'
import type { MediaFilter, MediaPage, MediaPosition, MediaRepository } from '../../ports/media-repository.ts'
import { publicKey } from '../access/public-files.ts'
import { invalidateAfter } from '../caching/invalidate-after.ts'
import { mediaKinds } from '../media/media-kind.ts'
import { isUid } from '../media/uid-text.ts'
import {
  type Conflict,
  inTrash,
  type NotFound,
  notFound,
  type Unavailable,
  type VersionMismatch,
  versionMismatch,
} from '../shared/errors.ts'
import { exportUrl } from './export-url.ts'
import type { MediaChange } from './media-change.ts'
import type { MediaDetail, MediaOriginal, MediaRecord } from './media-item.ts'

/** The result of one uid in a batch. */
export type BatchResult = { readonly uid: string; readonly result: 'changed' | 'deleted' | 'missing' }

/** The files of the library, for admins (http-api.md §8). */
export type LibraryService = {
  /** Lists files, newest first, after this position (`null`: from the newest). */
  readonly list: (
    filter: MediaFilter,
    limit: number,
    after: MediaPosition | null,
  ) => TE.TaskEither<Unavailable, MediaPage>
  /** Fails with NotFound for a text that is no uid, too; so does `change`. */
  readonly find: (uid: string) => TE.TaskEither<NotFound | Unavailable, MediaDetail>
  /** Finds the original of a file. Fails with NotFound for a text that is no uid, too. */
  readonly findOriginal: (uid: string) => TE.TaskEither<NotFound | Unavailable, MediaOriginal>
  /**
   * Changes a file if it has one of these versions (`null`: any). Returns it as it is afterwards. Fails with Conflict if
   * it is in the trash. When the result arrives, this process has no cached value that is stale because of the change.
   */
  readonly change: (
    uid: string,
    change: MediaChange,
    versions: ReadonlyArray<number> | null,
  ) => TE.TaskEither<NotFound | Conflict | VersionMismatch | Unavailable, MediaDetail>
  /** Changes several files, whatever their versions are. Returns one result for each uid, in the same order. */
  readonly changeAll: (
    uids: ReadonlyArray<string>,
    change: MediaChange,
  ) => TE.TaskEither<Unavailable, ReadonlyArray<BatchResult>>
}

type Deps = {
  readonly media: MediaRepository
  readonly jobs: Pick<JobQueue, 'list'>
  readonly cache: CachePort
  readonly publicUrl: string
}

export const createLibraryService = ({ media, jobs, cache, publicUrl }: Deps): LibraryService => {
  const toDetail = (record: MediaRecord): TE.TaskEither<Unavailable, MediaDetail> =>
    pipe(
      jobs.list({ state: null, kind: null, media: record.uid }, 1, null),
      TE.map(({ items }) => ({
        ...record,
        exports: record.exports.map((exported) => ({
          ...exported,
          url: exportUrl(publicUrl, record.kind, exported),
        })),
        job: items[0] ?? null,
      })),
    )

  const find: LibraryService['find'] = (uid) =>
    isUid(uid)
      ? pipe(
          media.find(uid),
          TE.flatMap(
            O.match(
              (): TE.TaskEither<NotFound | Unavailable, MediaDetail> => TE.left(notFound('file', uid)),
              toDetail,
            ),
          ),
        )
      : TE.left(notFound('file', uid))

  /** Returns the keys of the values that the change makes stale. A name that no file has is harmless. */
  const staleAfter = (uids: ReadonlyArray<string>, { isPublic }: MediaChange) =>
    isPublic === undefined ? [] : uids.flatMap((uid) => mediaKinds.map((kind) => publicKey(kind, uid)))

  return {
    list: media.list,
    find,

    findOriginal: (uid) =>
      isUid(uid)
        ? pipe(media.findOriginal(uid), TE.flatMapEither(E.fromOption(() => notFound('file', uid))))
        : TE.left(notFound('file', uid)),

    change: (uid, change, versions) =>
      isUid(uid)
        ? pipe(
            invalidateAfter(cache, staleAfter([uid], change), media.change(uid, change, versions)),
            TE.flatMap((result): ReturnType<LibraryService['change']> => {
              if (result === 'deleted') return TE.left(inTrash(uid))
              return result === 'wrong version' ? TE.left(versionMismatch(uid)) : find(uid)
            }),
          )
        : TE.left(notFound('file', uid)),

    changeAll: (uids, change) =>
      pipe(
        invalidateAfter(cache, staleAfter(uids, change), media.changeAll(uids, change)),
        TE.map((results) => uids.map((uid) => ({ uid, result: results.get(uid) ?? 'missing' }))),
      ),
  }
}
