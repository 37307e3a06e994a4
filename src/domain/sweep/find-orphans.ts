import { E } from '../../fp.ts'
import type { ListedObject, ObjectStore } from '../../ports/object-store.ts'
import type { StoredFileRepository } from '../../ports/stored-file-repository.ts'
import { isStoredFileKey, storedFilesFolder } from '../media/stored-file-key.ts'
import type { Unavailable } from '../shared/errors.ts'
import { workStoppedFailure } from '../shared/work-stopped.ts'
import { toUnavailable } from './store-failure.ts'

/** Number of keys in one database query. */
const batchSize = 500

type OrphanSearch = {
  /** The orphans that were found. The search stops after `max` orphans. */
  readonly orphans: ReadonlyArray<ListedObject>
  /** Number of objects listed so far whose keys have Larder's form. */
  readonly objects: number
  /** Whether the listing of the object store was read to its end. */
  readonly isWhole: boolean
}

type Search = {
  /** Objects that were stored at this time or later do not count as orphans. */
  readonly before: number
  /** The search ends when it has found more orphans than this. */
  readonly max: number
  readonly signal: AbortSignal
}

/**
 * Finds objects that are old enough and to which no row refers. Uses constant memory, apart from the result.
 */
export const findOrphans = async (
  { store, storedFiles }: { readonly store: ObjectStore; readonly storedFiles: StoredFileRepository },
  { before, max, signal }: Search,
): Promise<E.Either<Unavailable, OrphanSearch>> => {
  const orphans: ListedObject[] = []
  let objects = 0
  let batch: ListedObject[] = []

  const lookUp = async (): Promise<E.Either<Unavailable, void>> => {
    const referenced = await storedFiles.filterReferencedKeys(batch.map(({ key }) => key))()
    if (E.isLeft(referenced)) return referenced
    orphans.push(...batch.filter(({ key }) => !referenced.right.has(key)))
    batch = []
    return E.right(undefined)
  }

  try {
    for await (const object of store.list(storedFilesFolder, null)) {
      if (signal.aborted) return E.left(workStoppedFailure)
      if (!isStoredFileKey(object.key)) continue
      objects += 1
      if (!(object.modifiedAt < before)) continue
      batch.push(object)
      if (batch.length < batchSize) continue
      const lookup = await lookUp()
      if (E.isLeft(lookup)) return lookup
      if (orphans.length > max) return E.right({ orphans: orphans.slice(0, max), objects, isWhole: false })
    }
  } catch (cause) {
    return E.left(toUnavailable(cause))
  }
  if (batch.length > 0) {
    const lookup = await lookUp()
    if (E.isLeft(lookup)) return lookup
  }
  return E.right({ orphans: orphans.slice(0, max), objects, isWhole: orphans.length <= max })
}
