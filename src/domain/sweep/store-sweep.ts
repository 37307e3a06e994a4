import { E, O, pipe, TE } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import type { JobQueue } from '../../ports/job-queue.ts'
import type { Log } from '../../ports/log.ts'
import type { ListedObject, UnfinishedUpload } from '../../ports/object-store.ts'
import type { StoredFileRepository } from '../../ports/stored-file-repository.ts'
import type { Trash } from '../../ports/trash.ts'
import type { WorkLocks } from '../../ports/work-locks.ts'
import { storedFilesFolder } from '../media/stored-file-key.ts'
import { oneLineMessage } from '../shared/error-text.ts'
import { type Unavailable, unavailable } from '../shared/errors.ts'
import { workStoppedFailure } from '../shared/work-stopped.ts'
import { compareStore, type StoreComparison } from './compare-store.ts'
import { type Remake, remakeMissing } from './remake-missing.ts'
import { createReplacedExportRemover, type ReplacedObjects } from './remove-replaced.ts'
import { toUnavailable } from './store-failure.ts'
import {
  adoptStore,
  claimStore,
  createTextObject,
  identifyStore,
  type StoreRefusal,
} from './store-identity.ts'
import {
  clockProbeKey,
  hasTooManyMissing,
  hasTooManyOrphans,
  maxOrphansPerSweep,
  orphanCutoff,
  sweepLock,
} from './sweep-rules.ts'
import type { DueFiles, PurgedFiles, TrashSweep } from './trash-sweep.ts'

/**
 * Mode of a sweep. `within limits`: the sweep deletes no orphan, and makes no export again, if the safety limits
 * (sweep-rules.ts) forbid it. `repair`: it does so beyond these limits, too. `dry run`: it deletes and writes nothing.
 * `adopt`: the sweep deletes nothing, and makes this database the one that sweeps the store.
 * The limits do not apply to replaced exports and to the trash, because rows prove that these are to be deleted.
 */
export type SweepMode = 'within limits' | 'dry run' | 'repair' | 'adopt'

/** What every sweep that has read the store reports. */
type SweepCounts = Pick<StoreComparison, 'objects' | 'isWhole' | 'missing' | 'isMissingWhole'> & {
  /** Number of old uploads that were never completed; `null` if the store cannot list them. */
  readonly uploads: number | null
  /** The deleted objects of replaced exports. A dry run only counts them. */
  readonly replaced: ReplacedObjects
  /** The purged files of the trash. A dry run counts the files that are due. */
  readonly purged: PurgedFiles | DueFiles
  /** Number of files with missing objects whose exports were queued. */
  readonly remade: number
}

export type SweepReport =
  | (SweepCounts & {
      readonly result: 'swept'
      readonly deleted: ReadonlyArray<ListedObject>
    })
  /**
   * `looked`: a dry run has ended, which deletes nothing. `braked`: the safety limits stopped the sweep.
   * No orphan and no upload was deleted and no export made again, but replaced exports and expired files of the trash
   * were deleted.
   */
  | (SweepCounts & {
      readonly result: 'looked' | 'braked'
      readonly orphans: ReadonlyArray<ListedObject>
    })
  | StoreRefusal
  /** The store is swept by this database from now on. */
  | { readonly result: 'adopted'; readonly ours: string }
  /** Another process is sweeping. */
  | { readonly result: 'busy' }

/**
 * Deletes objects to which no row refers: such objects remain after a process was killed, or while the database was
 * unavailable. Finds rows whose objects are missing, and lets exports be made again for them where the original is
 * there.
 */
export type StoreSweep = (mode: SweepMode, signal: AbortSignal) => TE.TaskEither<Unavailable, SweepReport>

type Deps = Parameters<typeof createReplacedExportRemover>[0] & {
  readonly storedFiles: StoredFileRepository
  readonly locks: WorkLocks
  readonly jobs: Pick<JobQueue, 'oldestRunningAge'>
  readonly trashSweep: Pick<TrashSweep, 'empty' | 'count'>
  readonly remake: Remake
  readonly trash: Pick<Trash, 'isInTrash'>
  readonly clock: Clock
  readonly log: Log
}

const maxOrphansInRepair = 10_000
/** Number of keys in one database query of the second check. */
const batchSize = 100

export const createStoreSweep = (deps: Deps): StoreSweep => {
  const { store, storedFiles, locks, jobs, trashSweep, clock, log } = deps
  const removeReplaced = createReplacedExportRemover(deps)

  /** Returns the time of the store's clock. To read this clock, an object must be written and listed. */
  const readClock = async (): Promise<E.Either<Unavailable, number>> => {
    const written = await store.put(
      clockProbeKey,
      await createTextObject('a sweep reads the clock of the store by this'),
    )()
    if (E.isLeft(written)) return written
    const listed = await collect(store.list(clockProbeKey, null), 1)
    await store.delete(clockProbeKey)()
    if (E.isLeft(listed)) return listed
    const [mark] = listed.right
    return mark?.key === clockProbeKey
      ? E.right(mark.modifiedAt)
      : E.left(unavailable('object store')('its listing lacks what was stored a moment ago'))
  }

  /**
   * Deletes orphans. Checks the rows again before each hundred deletes, and does not delete an object to
   * which a row refers now.
   */
  const deleteAll = async (
    orphans: ReadonlyArray<ListedObject>,
    signal: AbortSignal,
  ): Promise<E.Either<Unavailable, ReadonlyArray<ListedObject>>> => {
    const deleted: ListedObject[] = []
    for (let start = 0; start < orphans.length; start += batchSize) {
      const batch = orphans.slice(start, start + batchSize)
      const referenced = await storedFiles.filterReferencedKeys(batch.map(({ key }) => key))()
      if (E.isLeft(referenced)) return referenced
      for (const orphan of batch) {
        if (signal.aborted) return E.left(workStoppedFailure)
        if (referenced.right.has(orphan.key)) continue
        const removed = await store.delete(orphan.key)()
        if (E.isLeft(removed)) return removed
        deleted.push(orphan)
      }
    }
    return E.right(deleted)
  }

  /**
   * Returns the old uploads that were never completed; `null` if the store does not permit listing them. In
   * that case, the objects are swept nevertheless.
   */
  const oldUploads = async (before: number): Promise<ReadonlyArray<UnfinishedUpload> | null> => {
    const uploads = await collect(store.unfinishedUploads(storedFilesFolder), maxOrphansPerSweep)
    if (E.isRight(uploads)) return uploads.right.filter(({ startedAt }) => startedAt < before)
    log.warn('sweep.uploads_unknown', { cause: oneLineMessage(uploads.left.cause) })
    return null
  }

  const sweep = async (mode: SweepMode, signal: AbortSignal): Promise<E.Either<Unavailable, SweepReport>> => {
    const identified = await identifyStore(deps)
    if (E.isLeft(identified)) return identified
    const identity = identified.right
    if (mode === 'adopt' && (identity.result === 'displaced' || identity.result === 'ours')) {
      const adopted = await adoptStore(deps, identity.ours)
      return E.isLeft(adopted) ? adopted : E.right({ result: 'adopted', ours: identity.ours })
    }
    if (identity.result !== 'ours') return E.right(identity)
    if (mode !== 'dry run') {
      const claimed = await claimStore(deps, identity)
      if (E.isLeft(claimed)) return claimed
      if (claimed.right.result !== 'ours') return E.right(claimed.right)
    }

    const removed = await removeReplaced(mode === 'dry run', signal)
    if (E.isLeft(removed)) return removed
    const replaced = removed.right
    const emptied = await (mode === 'dry run' ? trashSweep.count() : trashSweep.empty(signal)())
    if (E.isLeft(emptied)) return emptied
    const purged = emptied.right

    // The age of the oldest work is read before the listing, so that objects of work that starts later are
    // younger than `before`.
    const age = await locks.oldestHolderAge()
    if (E.isLeft(age)) return age
    const jobAge = await jobs.oldestRunningAge()
    if (E.isLeft(jobAge)) return jobAge
    // A dry run deletes nothing, so the clock of this machine is accurate enough.
    const now = mode === 'dry run' ? E.right(clock()) : await readClock()
    if (E.isLeft(now)) return now
    const before = orphanCutoff(now.right, Math.max(age.right, jobAge.right))

    const max = mode === 'within limits' ? maxOrphansPerSweep : maxOrphansInRepair
    const compared = await compareStore(deps, { before, max, signal })
    if (E.isLeft(compared)) return compared
    const { orphans, objects, isWhole, missing, isMissingWhole, rows } = compared.right
    const uploads = await oldUploads(before)

    const counts = {
      ...{ objects, uploads: uploads?.length ?? null, isWhole, replaced, purged },
      ...{ missing, isMissingWhole, remade: 0 },
    }
    if (mode === 'dry run') return E.right({ result: 'looked', ...counts, orphans })
    const isBraked =
      !isWhole ||
      !isMissingWhole ||
      hasTooManyOrphans(orphans.length, objects) ||
      hasTooManyMissing(missing.length, rows)
    if (mode === 'within limits' && isBraked) return E.right({ result: 'braked', ...counts, orphans })

    for (const { remove } of uploads ?? []) {
      const removed = await remove()
      if (E.isLeft(removed)) return removed
    }
    const deleted = await deleteAll(orphans, signal)
    if (E.isLeft(deleted)) return deleted
    const remade = await remakeMissing(deps, missing, signal)
    if (E.isLeft(remade)) return remade
    return E.right({ result: 'swept', ...counts, deleted: deleted.right, remade: remade.right })
  }

  return (mode, signal) =>
    pipe(
      locks.tryWith(sweepLock, (lost) => () => sweep(mode, AbortSignal.any([signal, lost]))),
      TE.map(O.getOrElse((): SweepReport => ({ result: 'busy' }))),
    )
}

/** Returns the first items of a stream. Fails with Unavailable if the stream throws. */
const collect = async <A>(
  items: AsyncIterable<A>,
  limit: number,
): Promise<E.Either<Unavailable, ReadonlyArray<A>>> => {
  const collected: A[] = []
  try {
    for await (const item of items) {
      collected.push(item)
      if (collected.length === limit) break
    }
    return E.right(collected)
  } catch (cause) {
    return E.left(toUnavailable(cause))
  }
}
