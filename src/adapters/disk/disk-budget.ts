import { rm } from 'node:fs/promises'
import { createS3Fifo, type S3Fifo } from '../cache-policy/s3-fifo.ts'
import type { CacheFolders } from './cache-folders.ts'
import type { Journal, JournalRecord } from './journal.ts'

/** Every file takes up whole blocks of this size: what a value of 10 bytes costs the disk. */
export const blockBytes = 4096

/** An empty file still takes up its entry in the folder. */
const blocksOf = (bytes: number): number => Math.max(1, Math.ceil(bytes / blockBytes))

/** What is kept under an id: a value's file, or a blob's with that of its record. */
export type EntryKind = 'value' | 'blob'

/**
 * One byte budget over all that lies in the cache. Each file counts with the blocks that it takes up. What is
 * being brought in comes on top, until it is kept.
 */
export type DiskBudget = {
  /** Whether something of this size may be kept at all. */
  readonly admits: (bytes: number) => boolean
  /** It lies there now; resolves when what had to make room for it is gone. */
  readonly kept: (id: string, bytes: number, kind: EntryKind) => Promise<void>
  /** It has been asked for. `false` when it is not in the books: it has had to go. */
  readonly touched: (id: string) => boolean
  /** Its files are gone. */
  readonly removed: (id: string) => Promise<void>
  /** Bytes and entries, as far as this process knows. */
  readonly held: () => { readonly bytes: number; readonly entries: number }
}

export type DiskBooks = DiskBudget & {
  /** Who stays and who goes; its marks say of what kind an entry is. */
  readonly policy: S3Fifo
  /** Reads the journal, once at the start. */
  readonly load: () => Promise<void>
  /** Resolves when all that was reported is written down, and what had to go is gone. */
  readonly settled: () => Promise<void>
}

export const marks = { value: 0, blob: 1 } as const

export const isBlob = (mark: number): boolean => (mark & marks.blob) !== 0

type Options = {
  readonly folders: CacheFolders
  readonly maxBytes: number
  readonly journal: Journal
  readonly onEvicted: (bytes: number) => void
  /** The journal or a file could not be written. */
  readonly onFailure: (cause: unknown) => void
}

export const createDiskBudget = (options: Options): DiskBooks => {
  const { folders, maxBytes, journal, onEvicted, onFailure } = options
  const maxBlocks = Math.floor(maxBytes / blockBytes)
  const policy = createS3Fifo(maxBlocks)
  let unwritten: JournalRecord[] = []
  let settling: Promise<void> = Promise.resolve()
  let queued = false

  const apply = (record: JournalRecord): void => {
    if (record.op === 'gone') policy.drop(record.id)
    else policy.keep(record.id, record.blocks, record.mark)
  }

  /** Writes down what has changed, hears what other processes have changed, and makes room. */
  const settle = async (): Promise<void> => {
    await writeDown().catch(onFailure)
    while (policy.weight() > maxBlocks) {
      const gone = policy.evict()
      if (gone === null) break
      await removeFiles(Buffer.from(gone.id).toString('hex'), gone.mark)
      unwritten.push({ op: 'gone', id: gone.id })
      onEvicted(gone.weight * blockBytes)
    }
    await writeDown().catch(onFailure)
    if (journal.length() > 4 * policy.count() + 10_000) await journal.rewrite(listed(policy))
  }

  const writeDown = async (): Promise<void> => {
    const records = unwritten
    unwritten = []
    if (records.length > 0) await journal.append(records)
    await journal.readOn(apply)
  }

  const removeFiles = async (id: string, mark: number): Promise<void> => {
    if (isBlob(mark)) await rm(folders.blob(id), { force: true })
    await rm(folders.value(id), { force: true })
  }

  /** One settling is under way at a time; all that is reported meanwhile shares the next one. */
  const soon = (record: JournalRecord): Promise<void> => {
    unwritten.push(record)
    if (!queued) {
      queued = true
      settling = settling
        .then(() => {
          queued = false
          return settle()
        })
        .catch(onFailure)
    }
    return settling
  }

  return {
    admits: (bytes) => blocksOf(bytes) <= maxBlocks,
    kept: (hex, bytes, kind) => {
      const id = Buffer.from(hex, 'hex')
      const blocks = blocksOf(bytes)
      policy.keep(id, blocks, marks[kind])
      return soon({ op: 'kept', id, blocks, mark: marks[kind] })
    },
    touched: (hex) => policy.touch(Buffer.from(hex, 'hex')),
    removed: (hex) => {
      const id = Buffer.from(hex, 'hex')
      if (policy.markOf(id) === null) return Promise.resolve()
      policy.drop(id)
      return soon({ op: 'gone', id })
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
    yield { op: 'kept', id, blocks: weight, mark: mark & marks.blob }
  }
}
