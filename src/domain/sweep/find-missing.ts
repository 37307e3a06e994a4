import { E } from '../../fp.ts'
import type { ListedObject, ObjectStore } from '../../ports/object-store.ts'
import type { StoredFileRepository, StoredFileUse, StoredRow } from '../../ports/stored-file-repository.ts'
import { storedFilesFolder } from '../media/stored-file-key.ts'
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

type MissingSearch = {
  readonly missing: ReadonlyArray<MissingObject>
  /** Number of rows that were compared. */
  readonly rows: number
  /** Whether all rows were compared. */
  readonly isWhole: boolean
}

type Search = {
  /** The search ends when it has found more missing objects than this. */
  readonly max: number
  readonly signal: AbortSignal
}

/**
 * Finds rows whose objects are missing, or have another size. Objects are stored before their rows, and those of
 * replaced exports are deleted before their rows, so each finding is checked again before it counts. Uses constant
 * memory, apart from the result.
 */
export const findMissing = async (
  { store, storedFiles }: { readonly store: ObjectStore; readonly storedFiles: StoredFileRepository },
  { max, signal }: Search,
): Promise<E.Either<Unavailable, MissingSearch>> => {
  const missing: MissingObject[] = []
  let rows = 0
  let comparedTo: string = storedFilesFolder

  const sizeNow = async (key: string): Promise<number | null> => {
    for await (const object of store.list(key, null)) return object.key === key ? object.size : null
    return null
  }

  /** Adds those rows that still lack their object now. */
  const confirm = async (suspects: ReadonlyArray<StoredRow>): Promise<E.Either<Unavailable, void>> => {
    const found = new Map<string, number | null>()
    for (const { key } of suspects) found.set(key, await sizeNow(key))
    const uses = await storedFiles.findUses([...found.keys()])()
    if (E.isLeft(uses)) return uses
    for (const use of uses.right) {
      const size = found.get(use.key) ?? null
      if (size !== use.size) missing.push({ ...use, found: size })
    }
    return E.right(undefined)
  }

  /** Compares the rows up to a key with the objects of the batch, which ends there. */
  const compare = async (
    sizes: ReadonlyMap<string, number>,
    upTo: string,
  ): Promise<E.Either<Unavailable, void>> => {
    for (;;) {
      if (signal.aborted) return E.left(workStoppedFailure)
      const page = await storedFiles.listRows(comparedTo, upTo, rowsPerQuery)()
      if (E.isLeft(page)) return page
      rows += page.right.length
      const suspects = page.right.filter(({ key, size }) => sizes.get(key) !== size)
      const confirmed = await confirm(suspects)
      if (E.isLeft(confirmed)) return confirmed
      const last = page.right.at(-1)
      comparedTo = last !== undefined && page.right.length === rowsPerQuery ? last.key : upTo
      if (comparedTo === upTo || missing.length > max) return E.right(undefined)
    }
  }

  const result = (isWhole: boolean) => E.right({ missing: missing.slice(0, max), rows, isWhole })
  try {
    let batch: ListedObject[] = []
    const compareBatch = async (upTo: string): Promise<E.Either<Unavailable, void>> => {
      const compared = await compare(new Map(batch.map(({ key, size }) => [key, size])), upTo)
      batch = []
      return compared
    }
    for await (const object of store.list(storedFilesFolder, null)) {
      batch.push(object)
      if (batch.length < batchSize) continue
      const compared = await compareBatch(object.key)
      if (E.isLeft(compared)) return compared
      if (missing.length > max) return result(false)
    }
    const compared = await compareBatch(folderEnd)
    return E.isLeft(compared) ? compared : result(missing.length <= max)
  } catch (cause) {
    return E.left(toUnavailable(cause))
  }
}
