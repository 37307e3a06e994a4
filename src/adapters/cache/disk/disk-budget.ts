import { createS3Fifo, type EvictionEntry, type S3Fifo } from '../eviction/s3-fifo.ts'
import type { CacheFolders } from './cache-folders.ts'
import type { DiskLimit } from './disk-limit.ts'
import type { Journal, JournalRecord } from './journal.ts'
import { removeFile } from './remove-file.ts'

/**
 * Size in bytes of the blocks in which file systems allocate space, so a value of 10 bytes uses one block.
 */
export const blockBytes = 4096

/** Returns the number of blocks. An empty file counts as one block, because of its directory entry. */
const blocksOf = (bytes: number): number => Math.max(1, Math.ceil(bytes / blockBytes))

export const roundDownToBlocks = (bytes: number): number => Math.floor(bytes / blockBytes)

/**
 * Number of entries whose files are removed concurrently. Large enough to keep all file system threads
 * (libuv) busy.
 */
const evictedAtOnce = 32

/**
 * No new entry is stored while the entries that wait for eviction exceed both an eighth of the budget and 256
 * blocks (1 MiB).
 */
const excessPart = 8
const leastExcess = 256

/**
 * Kind of an entry. `value`: the file of a value. `blob`: the file of a blob together with the file of its
 * record.
 */
type DiskEntryKind = 'value' | 'blob'

/**
 * The byte budget that all entries of the cache share. Each file counts in whole blocks. A blob counts from
 * the time at which it is stored, not while it is being fetched.
 */
export type DiskBudget = {
  /** Returns whether an entry of this size may be stored now. */
  readonly accepts: (bytes: number) => boolean
  /** Records a stored entry. Evictions that it causes run in the background. */
  readonly recordStored: (id: string, bytes: number, kind: DiskEntryKind) => void
  /**
   * Lowers the budget and starts to evict `bytes`, because the disk is full. `settled` waits for these
   * evictions.
   */
  readonly lower: (bytes: number) => void
  /** Records an access. Returns `false` if the entry is unknown, because it was evicted. */
  readonly recordAccess: (id: string) => boolean
  /** Records that the files of an entry were removed. */
  readonly recordRemoved: (id: string) => void
  /** Returns the total of the entries that this process knows. */
  readonly usage: () => { readonly bytes: number; readonly entries: number }
  /** Resolves when all recorded changes are in the journal and pending evictions are done. */
  readonly settled: () => Promise<void>
}

type DiskAccounting = DiskBudget & {
  /** The eviction policy. The flags of an entry say its kind (value or blob). */
  readonly policy: S3Fifo
  /** Reads the journal. Is called once, at startup. */
  readonly load: () => Promise<void>
}

const journalKindFlags = { value: 0, blob: 1 } as const

export const isBlobEntry = (flags: number): boolean => (flags & journalKindFlags.blob) !== 0

type Options = {
  readonly folders: CacheFolders
  readonly maxBytes: number
  readonly limit: DiskLimit
  readonly journal: Journal
  /** Removes the files of an entry. */
  readonly remove?: (id: string, kind: DiskEntryKind) => Promise<void>
  readonly onEvicted: (bytes: number) => void
  /** Is called when the journal or a file could not be written. */
  readonly onFailure: (cause: unknown) => void
}

export const createDiskBudget = (options: Options): DiskAccounting => {
  const { folders, maxBytes, limit, journal, onEvicted, onFailure } = options
  const maxBlocks = roundDownToBlocks(maxBytes)
  const policy = createS3Fifo(maxBlocks)
  let unwritten: JournalRecord[] = []
  let flushing: Promise<void> = Promise.resolve()
  let queued = false
  /** Number of blocks of evicted entries whose files are still being removed. */
  let beingRemoved = 0

  const apply = (record: JournalRecord): void => {
    if (record.op === 'removed') policy.remove(record.id)
    else policy.set(record.id, record.blocks, record.flags)
  }

  /** Writes changes to the journal, reads the changes of other processes, and evicts entries. */
  const flush = async (): Promise<void> => {
    await syncJournal().catch(onFailure)
    for (let batch = pickBatch(); batch.length > 0; batch = pickBatch()) await evictBatch(batch)
    await syncJournal().catch(onFailure)
    if (journal.length() > 4 * policy.count() + 10_000) await journal.rewrite(recordsOf(policy))
  }

  const syncJournal = async (): Promise<void> => {
    const records = unwritten
    unwritten = []
    if (records.length > 0) await journal.append(records)
    await journal.readNew(apply)
  }

  const pickBatch = (): EvictionEntry[] => {
    const batch: EvictionEntry[] = []
    while (batch.length < evictedAtOnce && policy.weight() > limit.blocks()) {
      const evicted = policy.evict()
      if (evicted === null) break
      batch.push(evicted)
    }
    return batch
  }

  const removeFiles = async (id: string, kind: DiskEntryKind): Promise<void> => {
    if (kind === 'blob') await removeFile(folders.blob(id))
    await removeFile(folders.value(id))
  }
  const { remove = removeFiles } = options

  const evictBatch = async (batch: ReadonlyArray<EvictionEntry>): Promise<void> => {
    const blocks = batch.reduce((sum, { weight }) => sum + weight, 0)
    beingRemoved += blocks
    const removeOne = async ({ id, flags, weight }: EvictionEntry) => {
      await remove(Buffer.from(id).toString('hex'), isBlobEntry(flags) ? 'blob' : 'value').catch(onFailure)
      unwritten.push({ op: 'removed', id })
      onEvicted(weight * blockBytes)
    }
    await Promise.all(batch.map(removeOne))
    beingRemoved -= blocks
  }

  /** Returns the number of blocks beyond the limit that are still on disk. */
  const excess = (): number => beingRemoved + Math.max(0, policy.weight() - limit.blocks())

  /** Schedules a flush. One flush runs at a time, and changes that arrive during it share the next flush. */
  const scheduleFlush = (record: JournalRecord | null): void => {
    if (record !== null) unwritten.push(record)
    if (!queued) {
      queued = true
      flushing = flushing
        .then(() => {
          queued = false
          return flush()
        })
        .catch(onFailure)
    }
  }

  return {
    accepts: (bytes) =>
      blocksOf(bytes) <= limit.blocks() && excess() <= Math.max(maxBlocks / excessPart, leastExcess),
    recordStored: (hex, bytes, kind) => {
      const id = Buffer.from(hex, 'hex')
      const blocks = blocksOf(bytes)
      policy.set(id, blocks, journalKindFlags[kind])
      scheduleFlush({ op: 'stored', id, blocks, flags: journalKindFlags[kind] })
    },
    lower: (bytes) => {
      limit.lower(blocksOf(bytes), policy.weight())
      scheduleFlush(null)
    },
    recordAccess: (hex) => policy.touch(Buffer.from(hex, 'hex')),
    recordRemoved: (hex) => {
      const id = Buffer.from(hex, 'hex')
      if (policy.flagsOf(id) === null) return
      policy.remove(id)
      scheduleFlush({ op: 'removed', id })
    },
    usage: () => ({ bytes: policy.weight() * blockBytes, entries: policy.count() }),
    policy,
    load: () =>
      journal
        .readNew((record) => {
          if (record.op === 'removed') policy.remove(record.id)
          else policy.restore(record.id, record.blocks, record.flags)
        })
        .catch(onFailure),
    settled: () => flushing,
  }
}

/**
 * Iterates by slot number, so that entries may change meanwhile. Such changes are appended to the journal
 * later.
 */
function* recordsOf(policy: S3Fifo): Generator<JournalRecord> {
  for (let at = policy.entryFrom(0); at !== null; at = policy.entryFrom(at.place + 1)) {
    const { id, weight, flags } = at.entry
    yield { op: 'stored', id, blocks: weight, flags: flags & journalKindFlags.blob }
  }
}
