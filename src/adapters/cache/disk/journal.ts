import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { ProcessIdentity } from '../../platform/process-identity.ts'
import type { ProcessLiveness } from '../../platform/process-liveness.ts'
import { ID_BYTES } from '../eviction/id-table.ts'
import { retryAfterCreatingFolder } from './retry-after-creating-folder.ts'

/**
 * A change of an entry. `stored`: the entry was added, or its size changed. `removed`: the entry was removed.
 */
export type JournalRecord =
  | { readonly op: 'stored'; readonly id: Uint8Array; readonly blocks: number; readonly flags: number }
  | { readonly op: 'removed'; readonly id: Uint8Array }

/**
 * A log of the changes of the cache. With the journal, a process need not stat a million files when it
 * starts, and sees the changes of other processes. The journal is only a hint: no read depends on it, the
 * sweep adds missing records, and a record may be read twice. There is no fsync.
 *
 * A record has 40 bytes: id (32), blocks of 4 KiB (4, little endian), flags (1), operation (1; 1 is `stored`,
 * 2 is `removed`), and a checksum (2) of the preceding bytes. A record with a wrong checksum is skipped.
 */
export type Journal = {
  readonly append: (records: ReadonlyArray<JournalRecord>) => Promise<void>
  /** Reads the records that were appended since the last call, including those of this process. */
  readonly readNew: (onRecord: (record: JournalRecord) => void) => Promise<void>
  /** Returns the number of records. */
  readonly length: () => number
  /** Replaces the journal with a new one that contains these records. */
  readonly rewrite: (records: Iterable<JournalRecord>) => Promise<void>
  /**
   * Closes the file. Records that are appended later are not written; the next sweep corrects the journal.
   */
  readonly close: () => Promise<void>
}

const recordBytes = 40
const readBytes = recordBytes * 8192

/**
 * Opens the journal at `path`. `freshOf` returns the path at which a process writes a new journal before it
 * replaces the old one.
 */
export const createJournal = (
  path: string,
  freshOf: (identity: ProcessIdentity) => string,
  liveness: ProcessLiveness,
): Journal => {
  let file: FileHandle | null = null
  let offset = 0
  let closed = false

  /** Returns the current file. Another process may have replaced the file that was opened earlier. */
  const openCurrent = async (): Promise<{ readonly opened: FileHandle; readonly size: number }> => {
    const current = await stat(path).catch(() => null)
    const ours = await file?.stat()
    if (file !== null && ours !== undefined && ours.ino === current?.ino)
      return { opened: file, size: ours.size }
    await file?.close()
    file = null
    const opened = await retryAfterCreatingFolder(dirname(path), () => open(path, 'a+', 0o600))
    file = opened
    offset = 0
    return { opened, size: (await opened.stat()).size }
  }

  const replaceFile = async (fresh: string, records: Iterable<JournalRecord>): Promise<void> => {
    await rm(fresh, { force: true })
    const target = await retryAfterCreatingFolder(dirname(fresh), () => open(fresh, 'a+', 0o600))
    try {
      let batch: Buffer[] = []
      for (const record of records) {
        batch.push(encode(record))
        if (batch.length === 8192) {
          await target.appendFile(Buffer.concat(batch))
          batch = []
        }
      }
      await target.appendFile(Buffer.concat(batch))
      await rename(fresh, path)
      offset = (await target.stat()).size
    } catch (error) {
      await target.close()
      throw error
    }
    await file?.close()
    file = target
  }

  return {
    append: async (records) => {
      if (closed) return
      const { opened, size } = await openCurrent()
      // A crash or a full disk may have truncated the last record. Zero bytes complete that record, so that
      // the next records are aligned.
      const filler = Buffer.alloc((recordBytes - (size % recordBytes)) % recordBytes)
      await opened.appendFile(Buffer.concat([filler, ...records.map(encode)]))
    },
    readNew: async (onRecord) => {
      if (closed) return
      const { opened } = await openCurrent()
      const chunk = Buffer.allocUnsafe(readBytes)
      for (;;) {
        const { bytesRead } = await opened.read(chunk, 0, readBytes, offset)
        const whole = bytesRead - (bytesRead % recordBytes)
        for (let from = 0; from < whole; from += recordBytes) {
          const record = decode(chunk, from)
          if (record !== null) onRecord(record)
        }
        offset += whole
        if (whole < readBytes) return
      }
    },
    length: () => offset / recordBytes,
    rewrite: async (records) => {
      if (closed) return
      const { identity, release } = await liveness.announce()
      try {
        await replaceFile(freshOf(identity), records)
      } finally {
        release()
      }
    },
    close: async () => {
      closed = true
      await file?.close()
      file = null
    },
  }
}

const encode = (record: JournalRecord): Buffer => {
  const bytes = Buffer.alloc(recordBytes)
  bytes.set(record.id)
  if (record.op === 'stored') {
    bytes.writeUInt32LE(record.blocks, ID_BYTES)
    bytes[36] = record.flags
  }
  bytes[37] = record.op === 'stored' ? 1 : 2
  bytes.writeUInt16LE(checksumOf(bytes, 0), 38)
  return bytes
}

const decode = (bytes: Buffer, from: number): JournalRecord | null => {
  if (bytes.readUInt16LE(from + 38) !== checksumOf(bytes, from)) return null
  const id = bytes.subarray(from, from + ID_BYTES)
  const blocks = bytes.readUInt32LE(from + ID_BYTES)
  const flags = bytes[from + 36] ?? 0
  if (bytes[from + 37] === 1) return { op: 'stored', id, blocks, flags }
  return bytes[from + 37] === 2 ? { op: 'removed', id } : null
}

const checksumOf = (bytes: Buffer, from: number): number => {
  let sum = 1
  for (let i = 0; i < 38; i++) sum = (sum * 31 + (bytes[from + i] ?? 0)) & 0xffff
  return sum
}
