import { createS3Fifo, type Entry, type S3Fifo } from '../eviction/s3-fifo.ts'
import type { CacheFolders } from './cache-folders.ts'
import type { DiskLimit } from './disk-limit.ts'
import type { Journal, JournalRecord } from './journal.ts'
import { removeFile } from './remove-file.ts'

/** Every file takes up whole blocks of this size: what a value of 10 bytes costs the disk. */
export const blockBytes = 4096

/** An empty file still takes up its entry in the folder. */
const blocksOf = (bytes: number): number => Math.max(1, Math.ceil(bytes / blockBytes))

export const blocksIn = (bytes: number): number => Math.floor(bytes / blockBytes)

/** Entries whose files are removed side by side: as many as keep the threads of the file system busy, and few more. */
const evictedAtOnce = 32

/** Nothing more is kept while more than this part of the budget, and 1 MiB, still has to go. */
const excessPart = 8
const leastExcess = 256

/** What is kept under an id: a value's file, or a blob's with that of its record. */
export type EntryKind = 'value' | 'blob'

/**
 * One byte budget over all that lies in the cache. Each file counts with the blocks that it takes up. What is
 * being brought in comes on top, until it is kept.
 */
export type DiskBudget = {
  /** Whether something of this size may be kept now. */
  readonly admits: (bytes: number) => boolean
  /** It lies there now. No caller waits for what has to make room for it. */
  readonly kept: (id: string, bytes: number, kind: EntryKind) => void
  /** The disk has no room for so many bytes: from now on less is kept. That much less lies there when `settled`. */
  readonly lower: (bytes: number) => void
  /** It has been asked for. `false` when it is not in the books: it has had to go. */
  readonly touched: (id: string) => boolean
  /** Its files are gone. */
  readonly removed: (id: string) => void
  /** Bytes and entries, as far as this process knows. */
  readonly held: () => { readonly bytes: number; readonly entries: number }
  /** Resolves when all that was reported is written down, and what had to go is gone. */
  readonly settled: () => Promise<void>
}

export type DiskAccounting = DiskBudget & {
  /** Who stays and who goes; its marks say of what kind an entry is. */
  readonly policy: S3Fifo
  /** Reads the journal, once at the start. */
  readonly load: () => Promise<void>
}

export const journalMarks = { value: 0, blob: 1 } as const

export const isBlob = (mark: number): boolean => (mark & journalMarks.blob) !== 0

type Options = {
  readonly folders: CacheFolders
  readonly maxBytes: number
  readonly limit: DiskLimit
  readonly journal: Journal
  /** Removes the files of an entry. */
  readonly remove?: (id: string, kind: EntryKind) => Promise<void>
  readonly onEvicted: (bytes: number) => void
  /** The journal or a file could not be written. */
  readonly onFailure: (cause: unknown) => void
}

export const createDiskBudget = (options: Options): DiskAccounting => {
  const { folders, maxBytes, limit, journal, onEvicted, onFailure } = options
  const maxBlocks = blocksIn(maxBytes)
  const policy = createS3Fifo(maxBlocks)
  let unwritten: JournalRecord[] = []
  let settling: Promise<void> = Promise.resolve()
  let queued = false
  /** Blocks of entries that are struck out, and whose files are being removed. */
  let leaving = 0

  const apply = (record: JournalRecord): void => {
    if (record.op === 'gone') policy.drop(record.id)
    else policy.keep(record.id, record.blocks, record.mark)
  }

  /** Writes down what has changed, hears what other processes have changed, and makes room. */
  const settle = async (): Promise<void> => {
    await writeDown().catch(onFailure)
    for (let batch = pickBatch(); batch.length > 0; batch = pickBatch()) await sendAway(batch)
    await writeDown().catch(onFailure)
    if (journal.length() > 4 * policy.count() + 10_000) await journal.rewrite(listed(policy))
  }

  const writeDown = async (): Promise<void> => {
    const records = unwritten
    unwritten = []
    if (records.length > 0) await journal.append(records)
    await journal.readOn(apply)
  }

  const pickBatch = (): Entry[] => {
    const batch: Entry[] = []
    while (batch.length < evictedAtOnce && policy.weight() > limit.blocks()) {
      const gone = policy.evict()
      if (gone === null) break
      batch.push(gone)
    }
    return batch
  }

  const removeFiles = async (id: string, kind: EntryKind): Promise<void> => {
    if (kind === 'blob') await removeFile(folders.blob(id))
    await removeFile(folders.value(id))
  }
  const { remove = removeFiles } = options

  const sendAway = async (batch: ReadonlyArray<Entry>): Promise<void> => {
    const blocks = batch.reduce((sum, { weight }) => sum + weight, 0)
    leaving += blocks
    const removeOne = async ({ id, mark, weight }: Entry) => {
      await remove(Buffer.from(id).toString('hex'), isBlob(mark) ? 'blob' : 'value').catch(onFailure)
      unwritten.push({ op: 'gone', id })
      onEvicted(weight * blockBytes)
    }
    await Promise.all(batch.map(removeOne))
    leaving -= blocks
  }

  /** What lies there beyond the limit, until it is gone. */
  const excess = (): number => leaving + Math.max(0, policy.weight() - limit.blocks())

  /** One settling is under way at a time; all that is reported meanwhile shares the next one. */
  const soon = (record: JournalRecord | null): void => {
    if (record !== null) unwritten.push(record)
    if (!queued) {
      queued = true
      settling = settling
        .then(() => {
          queued = false
          return settle()
        })
        .catch(onFailure)
    }
  }

  return {
    admits: (bytes) =>
      blocksOf(bytes) <= limit.blocks() && excess() <= Math.max(maxBlocks / excessPart, leastExcess),
    kept: (hex, bytes, kind) => {
      const id = Buffer.from(hex, 'hex')
      const blocks = blocksOf(bytes)
      policy.keep(id, blocks, journalMarks[kind])
      soon({ op: 'kept', id, blocks, mark: journalMarks[kind] })
    },
    lower: (bytes) => {
      limit.lower(blocksOf(bytes), policy.weight())
      soon(null)
    },
    touched: (hex) => policy.touch(Buffer.from(hex, 'hex')),
    removed: (hex) => {
      const id = Buffer.from(hex, 'hex')
      if (policy.markOf(id) === null) return
      policy.drop(id)
      soon({ op: 'gone', id })
    },
    held: () => ({ bytes: policy.weight() * blockBytes, entries: policy.count() }),
    policy,
    load: () =>
      journal
        .readOn((record) => {
          if (record.op === 'gone') policy.drop(record.id)
          else policy.restore(record.id, record.blocks, record.mark)
        })
        .catch(onFailure),
    settled: () => settling,
  }
}

/** By place, so that it may change meanwhile: what does so is written down after it. */
function* listed(policy: S3Fifo): Generator<JournalRecord> {
  for (let at = policy.entryFrom(0); at !== null; at = policy.entryFrom(at.place + 1)) {
    const { id, weight, mark } = at.entry
    yield { op: 'kept', id, blocks: weight, mark: mark & journalMarks.blob }
  }
}
