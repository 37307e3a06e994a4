import { E } from '../../fp.ts'
import { type CachePort, staleKeys } from '../../ports/cache.ts'
import { cacheKeys } from '../../ports/cache-keys.ts'
import type { ContentFileRepository } from '../../ports/content-file-repository.ts'
import type { ImageFileRepository } from '../../ports/image-file-repository.ts'
import type { ReplacedExports } from '../../ports/library-repository.ts'
import type { ObjectStore } from '../../ports/object-store.ts'
import type { ContentExportUid, ContentPartUid, ImageExportUid } from '../media/ids.ts'
import type { ReplacedExport } from '../media/replaced-export.ts'
import { isStoredFileKey } from '../media/stored-file-key.ts'
import type { Unavailable } from '../shared/errors.ts'
import { workStoppedFailure } from '../shared/work-stopped.ts'
import { minOrphanAgeMs } from './sweep-rules.ts'

/** Number and total size of the stored objects of replaced exports. */
export type ReplacedObjects = { readonly objects: number; readonly bytes: number }

type Deps = {
  readonly store: ObjectStore
  readonly imageFiles: ImageFileRepository
  readonly contentFiles: ContentFileRepository
  readonly cache: CachePort
}

/** The repository functions and the cache keys of one kind of export. */
type ExportKind<U extends string> = ReplacedExports<U> & {
  readonly cacheKeysOf: (replaced: ReplacedExport<U>) => ReadonlyArray<{ readonly name: string }>
}

/**
 * Removes exports that were replaced at least 48 hours ago: after this time no playlist refers to them, and
 * no viewer plays them any more. Objects are deleted before their rows, so that the next run can still find
 * the exports that a killed process has not removed completely. The number of removals has no limit, because
 * the rows prove that these exports were replaced. The caller must have checked that the store belongs to
 * this library.
 */
export const createReplacedExportRemover = ({ store, imageFiles, contentFiles, cache }: Deps) => {
  const images: ExportKind<ImageExportUid> = {
    ...imageFiles,
    cacheKeysOf: ({ uid }) => [cacheKeys.imageExport({ uid })],
  }
  const contents: ExportKind<ContentExportUid> = {
    ...contentFiles,
    cacheKeysOf: ({ uid, parts }) => [
      cacheKeys.vodMeta({ uid }),
      cacheKeys.vodPlaylist({ uid }),
      cacheKeys.vodIFrames({ uid }),
      ...parts.map((part) => cacheKeys.contentPart({ uid: part.uid as ContentPartUid })),
    ],
  }

  const removeOne = async <U extends string>(
    { removeReplaced, cacheKeysOf }: ExportKind<U>,
    replaced: ReplacedExport<U>,
    signal: AbortSignal,
  ): Promise<E.Either<Unavailable, void>> => {
    for (const { key } of replaced.parts) {
      if (signal.aborted) return E.left(workStoppedFailure)
      const deleted = isStoredFileKey(key) ? await store.delete(key)() : E.right(undefined)
      if (E.isLeft(deleted)) return deleted
    }
    const removed = await removeReplaced(replaced.uid)()
    await cache.invalidate(staleKeys(cacheKeysOf(replaced)))()
    return E.isLeft(removed) ? removed : E.right(undefined)
  }

  const removeAll = async <U extends string>(
    kind: ExportKind<U>,
    isDryRun: boolean,
    signal: AbortSignal,
  ): Promise<E.Either<Unavailable, ReplacedObjects>> => {
    let [objects, bytes] = [0, 0]
    let after: U | null = null
    for (;;) {
      const page: E.Either<Unavailable, ReadonlyArray<ReplacedExport<U>>> = await kind.listReplaced(
        minOrphanAgeMs,
        after,
      )()
      if (E.isLeft(page)) return page
      for (const replaced of page.right) {
        const removed = isDryRun ? E.right(undefined) : await removeOne(kind, replaced, signal)
        if (E.isLeft(removed)) return removed
        objects += replaced.parts.length
        bytes += replaced.parts.reduce((sum, { size }) => sum + size, 0)
        after = replaced.uid
      }
      if (page.right.length === 0) return E.right({ objects, bytes })
    }
  }

  return async (isDryRun: boolean, signal: AbortSignal): Promise<E.Either<Unavailable, ReplacedObjects>> => {
    const ofImages = await removeAll(images, isDryRun, signal)
    if (E.isLeft(ofImages)) return ofImages
    const ofContents = await removeAll(contents, isDryRun, signal)
    if (E.isLeft(ofContents)) return ofContents
    return E.right({
      objects: ofImages.right.objects + ofContents.right.objects,
      bytes: ofImages.right.bytes + ofContents.right.bytes,
    })
  }
}
