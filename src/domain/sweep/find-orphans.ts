import { E } from '../../fp.ts'
import type { ListedObject, ObjectStore } from '../../ports/object-store.ts'
import type { StoredFileRepository } from '../../ports/stored-file-repository.ts'
import { ingestStopped } from '../ingest/media-ingest.ts'
import type { Unavailable } from '../shared/errors.ts'
import { unavailableThrown } from './store-failure.ts'
import { isOwnKey, ownFolder } from './sweep-rules.ts'

/** Keys that are asked of the database at once. */
const batchSize = 500

export type Orphans = {
  /** At most as many as were wanted. */
  readonly orphans: ReadonlyArray<ListedObject>
  /** All objects that have the form of Larder's, so far as they were counted. */
  readonly objects: number
  /** Whether the list was read to its end. */
  readonly isWhole: boolean
}

type Search = {
  /** What was stored from then on is no orphan. */
  readonly before: number
  /** The search ends as soon as there are more. */
  readonly most: number
  readonly signal: AbortSignal
}

/** The first look: objects that are old enough, and that no row names. Constant memory, apart from what is found. */
export const findOrphans = async (
  { store, storedFiles }: { readonly store: ObjectStore; readonly storedFiles: StoredFileRepository },
  { before, most, signal }: Search,
): Promise<E.Either<Unavailable, Orphans>> => {
  const orphans: ListedObject[] = []
  let objects = 0
  let batch: ListedObject[] = []

  const lookUp = async (): Promise<E.Either<Unavailable, void>> => {
    const named = await storedFiles.namedAmong(batch.map(({ key }) => key))()
    if (E.isLeft(named)) return named
    orphans.push(...batch.filter(({ key }) => !named.right.has(key)))
    batch = []
    return E.right(undefined)
  }

  try {
    for await (const object of store.list(ownFolder, null)) {
      if (signal.aborted) return E.left(ingestStopped)
      if (!isOwnKey(object.key)) continue
      objects += 1
      if (!(object.modifiedAt < before)) continue
      batch.push(object)
      if (batch.length < batchSize) continue
      const looked = await lookUp()
      if (E.isLeft(looked)) return looked
      if (orphans.length > most) return E.right({ orphans: orphans.slice(0, most), objects, isWhole: false })
    }
  } catch (cause) {
    return E.left(unavailableThrown(cause))
  }
  if (batch.length > 0) {
    const looked = await lookUp()
    if (E.isLeft(looked)) return looked
  }
  return E.right({ orphans: orphans.slice(0, most), objects, isWhole: orphans.length <= most })
}
