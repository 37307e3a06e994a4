import { E, O, pipe, TE } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Log } from '../../ports/log.ts'
import type { ListedObject, UnfinishedUpload } from '../../ports/object-store.ts'
import type { StoredFileRepository } from '../../ports/stored-file-repository.ts'
import type { WorkLocks } from '../../ports/work-locks.ts'
import { oneLine } from '../health/health-service.ts'
import { ingestStopped } from '../ingest/media-ingest.ts'
import { type Unavailable, unavailable } from '../shared/errors.ts'
import { findOrphans } from './find-orphans.ts'
import { createRemoveReplaced, type ReplacedObjects } from './remove-replaced.ts'
import { unavailableThrown } from './store-failure.ts'
import { identifyStore, markStore, textObject } from './store-identity.ts'
import { cutoff, markKey, mostAtOnce, mustBrake, ownFolder } from './sweep-rules.ts'

/** `dry run` deletes nothing, and writes nothing. `repair` deletes also where the brakes hold `usual` back. */
export type SweepMode = 'usual' | 'dry run' | 'repair'

export type SweepReport =
  | {
      readonly result: 'swept'
      readonly objects: number
      readonly deleted: ReadonlyArray<ListedObject>
      /** Unfinished ones that are old enough; `null` where the store does not tell. */
      readonly uploads: number | null
      /** Whether there are more than one sweep deletes. */
      readonly isWhole: boolean
      readonly replaced: ReplacedObjects
    }
  | {
      readonly result: 'looked' | 'braked'
      readonly objects: number
      readonly orphans: ReadonlyArray<ListedObject>
      /** Unfinished ones that are old enough; `null` where the store does not tell. */
      readonly uploads: number | null
      readonly isWhole: boolean
      /** Of a dry run: what would be removed. */
      readonly replaced: ReplacedObjects
    }
  | { readonly result: 'foreign'; readonly other: string; readonly ours: string }
  /** The store names no library, and holds too little that the database names. */
  | { readonly result: 'unproven'; readonly ours: string; readonly looked: number; readonly named: number }
  /** Another process is sweeping. */
  | { readonly result: 'busy' }

/** Deletes objects that no row names: what a process that was killed, or a database that never answered, left behind. */
export type StoreSweep = (mode: SweepMode, signal: AbortSignal) => TE.TaskEither<Unavailable, SweepReport>

type Deps = Parameters<typeof createRemoveReplaced>[0] & {
  readonly storedFiles: StoredFileRepository
  readonly locks: WorkLocks
  readonly clock: Clock
  readonly log: Log
}

const mostInARepair = 10_000
/** Keys between two questions to the database in the second look. */
const batchSize = 100

export const createStoreSweep = (deps: Deps): StoreSweep => {
  const { store, storedFiles, locks, clock, log } = deps
  const removeReplaced = createRemoveReplaced(deps)

  /** The store tells its time only of what it was given just now. */
  const readClock = async (): Promise<E.Either<Unavailable, number>> => {
    const written = await store.put(
      markKey,
      await textObject('a sweep reads the clock of the store by this'),
    )()
    if (E.isLeft(written)) return written
    const listed = await collect(store.list(markKey, null), 1)
    await store.delete(markKey)()
    if (E.isLeft(listed)) return listed
    const [mark] = listed.right
    return mark?.key === markKey
      ? E.right(mark.modifiedAt)
      : E.left(unavailable('object store')('its listing lacks what was stored a moment ago'))
  }

  /** The second look, before each hundred deletes. What a row names by then stays. */
  const deleteAll = async (
    orphans: ReadonlyArray<ListedObject>,
    signal: AbortSignal,
  ): Promise<E.Either<Unavailable, ReadonlyArray<ListedObject>>> => {
    const deleted: ListedObject[] = []
    for (let at = 0; at < orphans.length; at += batchSize) {
      const batch = orphans.slice(at, at + batchSize)
      const named = await storedFiles.namedAmong(batch.map(({ key }) => key))()
      if (E.isLeft(named)) return named
      for (const orphan of batch) {
        if (signal.aborted) return E.left(ingestStopped)
        if (named.right.has(orphan.key)) continue
        const gone = await store.delete(orphan.key)()
        if (E.isLeft(gone)) return gone
        deleted.push(orphan)
      }
    }
    return E.right(deleted)
  }

  /** A store may forbid the question, and still have its objects swept. */
  const oldUploads = async (before: number): Promise<ReadonlyArray<UnfinishedUpload> | null> => {
    const uploads = await collect(store.unfinishedUploads(ownFolder), mostAtOnce)
    if (E.isRight(uploads)) return uploads.right.filter(({ startedAt }) => startedAt < before)
    log.warn('sweep.uploads_unknown', { cause: oneLine(uploads.left.cause) })
    return null
  }

  const sweep = async (mode: SweepMode, signal: AbortSignal): Promise<E.Either<Unavailable, SweepReport>> => {
    const identified = await identifyStore(deps)
    if (E.isLeft(identified)) return identified
    const identity = identified.right
    if (identity.owner === 'foreign')
      return E.right({ result: 'foreign', other: identity.other, ours: identity.ours })
    if (identity.owner === 'unproven') {
      const { ours, looked, named } = identity
      return E.right({ result: 'unproven', ours, looked, named })
    }
    if (identity.owner === 'unmarked' && mode !== 'dry run') {
      const marked = await markStore(deps, identity.ours)
      if (E.isLeft(marked)) return marked
    }

    const removed = await removeReplaced(mode === 'dry run', signal)
    if (E.isLeft(removed)) return removed
    const replaced = removed.right

    // In this order: work that begins after the question is younger than all that the list will hold.
    const age = await locks.oldestHolderAge()
    if (E.isLeft(age)) return age
    // What a dry run finds is not deleted: the clock of this machine is good enough for it.
    const now = mode === 'dry run' ? E.right(clock()) : await readClock()
    if (E.isLeft(now)) return now
    const before = cutoff(now.right, age.right)

    const most = mode === 'usual' ? mostAtOnce : mostInARepair
    const found = await findOrphans(deps, { before, most, signal })
    if (E.isLeft(found)) return found
    const { orphans, objects, isWhole } = found.right
    const uploads = await oldUploads(before)

    const seen = { objects, orphans, uploads: uploads?.length ?? null, isWhole, replaced }
    if (mode === 'dry run') return E.right(Object.assign({ result: 'looked' as const }, seen))
    if (mode === 'usual' && (!isWhole || mustBrake(orphans.length, objects)))
      return E.right(Object.assign({ result: 'braked' as const }, seen))

    for (const { remove } of uploads ?? []) {
      const removed = await remove()
      if (E.isLeft(removed)) return removed
    }
    const deleted = await deleteAll(orphans, signal)
    if (E.isLeft(deleted)) return deleted
    return E.right({
      result: 'swept',
      objects,
      deleted: deleted.right,
      uploads: uploads?.length ?? null,
      isWhole,
      replaced,
    })
  }

  return (mode, signal) =>
    pipe(
      locks.tryWith('sweep', (lost) => () => sweep(mode, AbortSignal.any([signal, lost]))),
      TE.map(O.getOrElse((): SweepReport => ({ result: 'busy' }))),
    )
}

/** The first items of a stream; what it throws, as a left. */
const collect = async <A>(
  items: AsyncIterable<A>,
  most: number,
): Promise<E.Either<Unavailable, ReadonlyArray<A>>> => {
  const found: A[] = []
  try {
    for await (const item of items) {
      found.push(item)
      if (found.length === most) break
    }
    return E.right(found)
  } catch (cause) {
    return E.left(unavailableThrown(cause))
  }
}
