import { E, type TE } from '../../fp.ts'
import type { CachePort } from '../../ports/cache.ts'
import { cacheKeys } from '../../ports/cache-keys.ts'
import type { ContentFileRepository } from '../../ports/content-file-repository.ts'
import type { ImageFileRepository } from '../../ports/image-file-repository.ts'
import type { ObjectStore } from '../../ports/object-store.ts'
import { ingestStopped } from '../ingest/media-ingest.ts'
import type { ContentExportUid, ContentPartUid, ImageExportUid } from '../media/ids.ts'
import type { ReplacedExport } from '../media/replaced-export.ts'
import type { Unavailable } from '../shared/errors.ts'
import { isOwnKey, minimumAgeMs } from './sweep-rules.ts'

/** What is removed of replaced exports. */
export type ReplacedObjects = { readonly objects: number; readonly bytes: number }

type Deps = {
  readonly store: ObjectStore
  readonly imageFiles: ImageFileRepository
  readonly contentFiles: ContentFileRepository
  readonly cache: CachePort
}

/** Exports of one kind, and what is in the cache of one of them. */
type Shelf<U extends string> = {
  readonly list: (
    forMs: number,
    after: U | null,
  ) => TE.TaskEither<Unavailable, ReadonlyArray<ReplacedExport<U>>>
  readonly remove: (uid: U) => TE.TaskEither<Unavailable, boolean>
  readonly cached: (replaced: ReplacedExport<U>) => ReadonlyArray<{ readonly name: string }>
}

/**
 * Removes exports that were replaced at least 48 hours ago: by then no list names them, and no viewer who began with
 * them is still at it. The objects go before the rows that name them, so that a process that is killed in between
 * leaves nothing that the next one does not find. That they were replaced is no guess but what their rows say, so that
 * the number of them is no reason to hesitate. The caller knows that the store is this library's.
 */
export const createRemoveReplaced = ({ store, imageFiles, contentFiles, cache }: Deps) => {
  const images: Shelf<ImageExportUid> = {
    list: imageFiles.listReplaced,
    remove: imageFiles.removeReplaced,
    cached: ({ uid }) => [cacheKeys.imageExport({ uid })],
  }
  const contents: Shelf<ContentExportUid> = {
    list: contentFiles.listReplaced,
    remove: contentFiles.removeReplaced,
    cached: ({ uid, parts }) => [
      cacheKeys.vodMeta({ uid }),
      cacheKeys.vodPlaylist({ uid }),
      cacheKeys.vodIFrames({ uid }),
      ...parts.map((part) => cacheKeys.contentPart({ uid: part.uid as ContentPartUid })),
    ],
  }

  const removeOne = async <U extends string>(
    { remove, cached }: Shelf<U>,
    replaced: ReplacedExport<U>,
    signal: AbortSignal,
  ): Promise<E.Either<Unavailable, void>> => {
    for (const { key } of replaced.parts) {
      if (signal.aborted) return E.left(ingestStopped)
      const gone = isOwnKey(key) ? await store.delete(key)() : E.right(undefined)
      if (E.isLeft(gone)) return gone
    }
    const removed = await remove(replaced.uid)()
    for (const { name } of cached(replaced)) await cache.deleteByName(name)()
    return E.isLeft(removed) ? removed : E.right(undefined)
  }

  const removeAll = async <U extends string>(
    shelf: Shelf<U>,
    isDryRun: boolean,
    signal: AbortSignal,
  ): Promise<E.Either<Unavailable, ReplacedObjects>> => {
    let [objects, bytes] = [0, 0]
    let after: U | null = null
    for (;;) {
      const page: E.Either<Unavailable, ReadonlyArray<ReplacedExport<U>>> = await shelf.list(
        minimumAgeMs,
        after,
      )()
      if (E.isLeft(page)) return page
      for (const replaced of page.right) {
        const removed = isDryRun ? E.right(undefined) : await removeOne(shelf, replaced, signal)
        if (E.isLeft(removed)) return removed
        objects += replaced.parts.length
        bytes += replaced.parts.reduce((sum, { size }) => sum + size, 0)
        after = replaced.uid
      }
      if (page.right.length === 0) return E.right({ objects, bytes })
    }
  }

  return async (isDryRun: boolean, signal: AbortSignal): Promise<E.Either<Unavailable, ReplacedObjects>> => {
    const pictures = await removeAll(images, isDryRun, signal)
    if (E.isLeft(pictures)) return pictures
    const films = await removeAll(contents, isDryRun, signal)
    if (E.isLeft(films)) return films
    return E.right({
      objects: pictures.right.objects + films.right.objects,
      bytes: pictures.right.bytes + films.right.bytes,
    })
  }
}
