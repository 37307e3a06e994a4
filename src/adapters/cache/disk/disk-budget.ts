import { createS3Fifo, type EvictionEntry, type S3Fifo } from '../eviction/s3-fifo.ts'
import type { CacheFolders } from './cache-folders.ts'
import type { DiskLimit } from './disk-limit.ts'
import type { Journal, JournalRecord } from './journal.ts'
import { removeFile } from './remove-file.ts'

/** Files use whole blocks of this size, so a value of 10 bytes costs one block. */
export const blockBytes = 4096

/** An empty file counts as one block, for its directory entry. */
const blocksOf = (bytes: number): number => Math.max(1, Math.ceil(bytes / blockBytes))

export const wholeBlocksIn = (bytes: number): number => Math.floor(bytes / blockBytes)

/** Entries whose files are removed concurrently: enough to keep the file system's threads busy. */
const evictedAtOnce = 32

/** Nothing new is stored while more than this part of the budget, and more than 1 MiB, waits for eviction. */
const excessPart = 8
const leastExcess = 256

/** An entry is the file of a value, or the file of a blob with that of its record. */
export type DiskEntryKind = 'value' | 'blob'

/**
 * One byte budget for all entries of the cache. Each file counts in whole blocks. Running fills are not
 * counted until they are stored.
 */
export type DiskBudget = {
  /** Whether an entry of this size may be stored now. */
  readonly accepts: (bytes: number) => boolean
  /** Records a stored entry. Evictions that it causes run in the background. */
  readonly kept: (id: string, bytes: number, kind: DiskEntryKind) => void
  /** The disk has no room for `bytes`: lowers the budget, and evicts that much. `settled` waits for it. */
  readonly lower: (bytes: number) => void
  /** Records an access. Returns `false` for an entry that is not recorded: it was evicted. */
  readonly recordAccess: (id: string) => boolean
  /** Records that the files of an entry were removed. */
  readonly removed: (id: string) => void
  /** Total of the entries, as far as this process knows. */
  readonly usage: () => { readonly bytes: number; readonly entries: number }
  /** Resolves when all recorded changes are in the journal and pending evictions are done. */
  readonly settled: () => Promise<void>
}

export type DiskAccounting = DiskBudget & {
  /** The eviction policy. Its marks hold the kind of each entry. */
  readonly policy: S3Fifo
  /** Reads the journal. Called once, at startup. */
  readonly load: () => Promise<void>
}

const journalKindFlags = { value: 0, blob: 1 } as const

export const isBlobEntry = (mark: number): boolean => (mark & journalKindFlags.blob) !== 0

type Options = {
  readonly folders: CacheFolders
  readonly maxBytes: number
  readonly limit: DiskLimit
  readonly journal: Journal
  /** Removes the files of an entry. */
  readonly remove?: (id: string, kind: DiskEntryKind) => Promise<void>
  readonly onEvicted: (bytes: number) => void
  /** Called when the journal or a file could not be written. */
  readonly onFailure: (cause: unknown) => void
}

export const createDiskBudget = (options: Options): DiskAccounting => {
  const { folders, maxBytes, limit, journal, onEvicted, onFailure } = options
  const maxBlocks = wholeBlocksIn(maxBytes)
  const policy = createS3Fifo(maxBlocks)
  let unwritten: JournalRecord[] = []
  let flushing: Promise<void> = Promise.resolve()
  let queued = false
  /** Blocks of evicted entries whose files are being removed. */
  let beingRemoved = 0

  const apply = (record: JournalRecord): void => {
    if (record.op === 'gone') policy.remove(record.id)
    else policy.set(record.id, record.blocks, record.mark)
  }

  /** Writes changes to the journal, reads those of other processes, and evicts. */
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
    const removeOne = async ({ id, mark, weight }: EvictionEntry) => {
      await remove(Buffer.from(id).toString('hex'), isBlobEntry(mark) ? 'blob' : 'value').catch(onFailure)
      unwritten.push({ op: 'gone', id })
      onEvicted(weight * blockBytes)
    }
    await Promise.all(batch.map(removeOne))
    beingRemoved -= blocks
  }

  /** Blocks over the limit that are still on disk. */
  const excess = (): number => beingRemoved + Math.max(0, policy.weight() - limit.blocks())

  /** One flush runs at a time. Changes that arrive meanwhile share the next one. */
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
    kept: (hex, bytes, kind) => {
      const id = Buffer.from(hex, 'hex')
      const blocks = blocksOf(bytes)
      policy.set(id, blocks, journalKindFlags[kind])
      scheduleFlush({ op: 'kept', id, blocks, mark: journalKindFlags[kind] })
    },
    lower: (bytes) => {
      limit.lower(blocksOf(bytes), policy.weight())
      scheduleFlush(null)
    },
    recordAccess: (hex) => policy.touch(Buffer.from(hex, 'hex')),
    removed: (hex) => {
      const id = Buffer.from(hex, 'hex')
      if (policy.markOf(id) === null) return
      policy.remove(id)
      scheduleFlush({ op: 'gone', id })
    },
    usage: () => ({ bytes: policy.weight() * blockBytes, entries: policy.count() }),
    policy,
    load: () =>
      journal
        .readNew((record) => {
          if (record.op === 'gone') policy.remove(record.id)
          else policy.restore(record.id, record.blocks, record.mark)
        })
        .catch(onFailure),
    settled: () => flushing,
  }
}

/** Iterates by place, so entries may change during it. Such changes are appended to the journal later. */
function* recordsOf(policy: S3Fifo): Generator<JournalRecord> {
  for (let at = policy.entryFrom(0); at !== null; at = policy.entryFrom(at.place + 1)) {
    const { id, weight, mark } = at.entry
    yield { op: 'kept', id, blocks: weight, mark: mark & journalKindFlags.blob }
  }
}
