import { E } from '../../fp.ts'
import type { ListedObject, ObjectStore } from '../../ports/object-store.ts'
import type { StoredFileRepository, StoredFileUse, StoredRow } from '../../ports/stored-file-repository.ts'
import { isStoredFileKey, storedFilesFolder } from '../media/stored-file-key.ts'
import type { Unavailable } from '../shared/errors.ts'
import { workStoppedFailure } from '../shared/work-stopped.ts'
import { toUnavailable } from './store-failure.ts'

/** Number of objects that are compared with their rows at once. */
const batchSize = 500
/** Number of rows in one database query. */
const rowsPerQuery = 1000
/** Follows every key of the folder. */
const folderEnd = `${storedFilesFolder.slice(0, -1)}0`

/** An object that is not in the store, or that has another size than its row says. */
export type MissingObject = StoredFileUse & {
  /** Size in bytes of the object that is in the store; `null` if there is none. */
  readonly found: number | null
}

export type StoreComparison = {
  /** Old objects to which no row refers: at most `max`. */
  readonly orphans: ReadonlyArray<ListedObject>
  /** Whether these are all orphans. */
  readonly isWhole: boolean
  /** Rows without their objects: at most `max`. */
  readonly missing: ReadonlyArray<MissingObject>
  /** Whether these are all missing objects. */
  readonly isMissingWhole: boolean
  /** Number of objects that were listed whose keys have Larder's form. */
  readonly objects: number
  /** Number of rows that were compared. */
  readonly rows: number
}

type Comparison = {
  /** Objects that were stored at this time or later do not count as orphans. */
  readonly before: number
  /** Orphans, and missing objects, are searched for until there are more than this. */
  readonly max: number
  readonly signal: AbortSignal
}

/**
 * Compares the objects of the store with the rows, by one listing: finds objects that are old enough and to which no row
 * refers, and rows whose objects are missing or have another size. Objects are stored before their rows, and those of
 * replaced exports are deleted before their rows, so a missing object is looked for again before it counts. Uses
 * constant memory, apart from the result.
 */
export const compareStore = async (
  { store, storedFiles }: { readonly store: ObjectStore; readonly storedFiles: StoredFileRepository },
  { before, max, signal }: Comparison,
): Promise<E.Either<Unavailable, StoreComparison>> => {
  const orphans: ListedObject[] = []
  const missing: MissingObject[] = []
  let [objects, rows] = [0, 0]
  let comparedTo: string = storedFilesFolder
  const done = E.right(undefined)

  /** Adds the objects of a batch that no row names. */
  const findOrphans = async (batch: ReadonlyArray<ListedObject>): Promise<E.Either<Unavailable, void>> => {
    if (batch.length === 0 || orphans.length > max) return done
    const referenced = await storedFiles.filterReferencedKeys(batch.map(({ key }) => key))()
    if (E.isLeft(referenced)) return referenced
    orphans.push(...batch.filter(({ key }) => !referenced.right.has(key)))
    return done
  }

  const sizeNow = async (key: string): Promise<number | null> => {
    for await (const object of store.list(key, null)) return object.key === key ? object.size : null
    return null
  }

  /** Adds those rows that still lack their object now. */
  const confirmMissing = async (suspects: ReadonlyArray<StoredRow>): Promise<E.Either<Unavailable, void>> => {
    const found = new Map<string, number | null>()
    for (const { key } of suspects) {
      if (signal.aborted) return E.left(workStoppedFailure)
      found.set(key, await sizeNow(key))
    }
    const uses = await storedFiles.findUses([...found.keys()])()
    if (E.isLeft(uses)) return uses
    for (const use of uses.right) {
      const size = found.get(use.key) ?? null
      if (size !== use.size) missing.push({ ...use, found: size })
    }
    return done
  }

  /** Compares the rows up to a key with the objects of a batch, which ends there. */
  const findMissing = async (
    batch: ReadonlyArray<ListedObject>,
    upTo: string,
  ): Promise<E.Either<Unavailable, void>> => {
    const sizes = new Map(batch.map(({ key, size }) => [key, size]))
    while (comparedTo !== upTo && missing.length <= max) {
      if (signal.aborted) return E.left(workStoppedFailure)
      const page = await storedFiles.listRows(comparedTo, upTo, rowsPerQuery)()
      if (E.isLeft(page)) return page
      rows += page.right.length
      const confirmed = await confirmMissing(page.right.filter(({ key, size }) => sizes.get(key) !== size))
      if (E.isLeft(confirmed)) return confirmed
      const last = page.right.at(-1)
      comparedTo = last !== undefined && page.right.length === rowsPerQuery ? last.key : upTo
    }
    return done
  }

  const compareBatch = async (
    batch: ReadonlyArray<ListedObject>,
    upTo: string,
  ): Promise<E.Either<Unavailable, void>> => {
    if (signal.aborted) return E.left(workStoppedFailure)
    const ours = batch.filter(({ key }) => isStoredFileKey(key))
    objects += ours.length
    const searched = await findOrphans(ours.filter(({ modifiedAt }) => modifiedAt < before))
    return E.isLeft(searched) ? searched : findMissing(batch, upTo)
  }

  try {
    let batch: ListedObject[] = []
    for await (const object of store.list(storedFilesFolder, null)) {
      batch.push(object)
      if (batch.length < batchSize) continue
      const compared = await compareBatch(batch, object.key)
      if (E.isLeft(compared)) return compared
      batch = []
      if (orphans.length > max && missing.length > max) break
    }
    const compared = await compareBatch(batch, folderEnd)
    if (E.isLeft(compared)) return compared
  } catch (cause) {
    return E.left(toUnavailable(cause))
  }
  return E.right({
    orphans: orphans.slice(0, max),
    isWhole: orphans.length <= max,
    missing: missing.slice(0, max),
    isMissingWhole: missing.length <= max,
    objects,
    rows,
  })
}
