import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { ProcessBeacon } from '../../platform/process-beacon.ts'
import type { ProcessIdentity } from '../../platform/process-identity.ts'
import { idBytes } from '../eviction/id-table.ts'
import { createFolderTier } from './in-folder.ts'

/** What came (or was weighed anew) or went. */
export type JournalRecord =
  | { readonly op: 'kept'; readonly id: Uint8Array; readonly blocks: number; readonly mark: number }
  | { readonly op: 'gone'; readonly id: Uint8Array }

/**
 * What lies in the cache, written down as it changes, so that a start need not look at a million files, and so
 * that the processes of a machine know of one another's. It is a hint and never the truth: nobody is served by
 * it, a record that is lost is found by the sweep, and reading one twice does no harm. No fsync.
 *
 * A record has 40 bytes: id (32), blocks of 4 KiB (4, little endian), mark (1), 1 for kept and 2 for gone (1),
 * and a check (2): the sum of what is before it. What does not check is passed over.
 */
export type Journal = {
  readonly append: (records: ReadonlyArray<JournalRecord>) => Promise<void>
  /** Everything that it has not told before, this process's own records too. */
  readonly readOn: (tell: (record: JournalRecord) => void) => Promise<void>
  /** How many records it has. */
  readonly length: () => number
  /** Starts it anew with these alone. */
  readonly rewrite: (records: Iterable<JournalRecord>) => Promise<void>
  /** What is handed to it afterwards is not written down: the next sweep will find it. */
  readonly close: () => Promise<void>
}

const recordBytes = 40
const readBytes = recordBytes * 8192

/** `freshOf`: where a process writes a new one before it takes the old one's place. */
export const createJournal = (
  path: string,
  freshOf: (identity: ProcessIdentity) => string,
  beacon: ProcessBeacon,
): Journal => {
  let file: FileHandle | null = null
  let at = 0
  let closed = false

  /** The file as it is now: another process may have put a new one in its place. */
  const current = async (): Promise<{ readonly opened: FileHandle; readonly size: number }> => {
    const there = await stat(path).catch(() => null)
    const ours = await file?.stat()
    if (file !== null && ours !== undefined && ours.ino === there?.ino)
      return { opened: file, size: ours.size }
    await file?.close()
    file = null
    const opened = await createFolderTier(dirname(path), () => open(path, 'a+', 0o600))
    file = opened
    at = 0
    return { opened, size: (await opened.stat()).size }
  }

  const writeAnew = async (fresh: string, records: Iterable<JournalRecord>): Promise<void> => {
    await rm(fresh, { force: true })
    const target = await createFolderTier(dirname(fresh), () => open(fresh, 'a+', 0o600))
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
      at = (await target.stat()).size
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
      const { opened, size } = await current()
      // A record that a crash or a full disk has cut off must not put the next ones out of step.
      const filler = Buffer.alloc((recordBytes - (size % recordBytes)) % recordBytes)
      await opened.appendFile(Buffer.concat([filler, ...records.map(encode)]))
    },
    readOn: async (tell) => {
      if (closed) return
      const { opened } = await current()
      const chunk = Buffer.allocUnsafe(readBytes)
      for (;;) {
        const { bytesRead } = await opened.read(chunk, 0, readBytes, at)
        const whole = bytesRead - (bytesRead % recordBytes)
        for (let from = 0; from < whole; from += recordBytes) {
          const record = decode(chunk, from)
          if (record !== null) tell(record)
        }
        at += whole
        if (whole < readBytes) return
      }
    },
    length: () => at / recordBytes,
    rewrite: async (records) => {
      if (closed) return
      const { identity, release } = await beacon.hold()
      try {
        await writeAnew(freshOf(identity), records)
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
  if (record.op === 'kept') {
    bytes.writeUInt32LE(record.blocks, idBytes)
    bytes[36] = record.mark
  }
  bytes[37] = record.op === 'kept' ? 1 : 2
  bytes.writeUInt16LE(checkOf(bytes, 0), 38)
  return bytes
}

const decode = (bytes: Buffer, from: number): JournalRecord | null => {
  if (bytes.readUInt16LE(from + 38) !== checkOf(bytes, from)) return null
  const id = bytes.subarray(from, from + idBytes)
  const blocks = bytes.readUInt32LE(from + idBytes)
  const mark = bytes[from + 36] ?? 0
  if (bytes[from + 37] === 1) return { op: 'kept', id, blocks, mark }
  return bytes[from + 37] === 2 ? { op: 'gone', id } : null
}

const checkOf = (bytes: Buffer, from: number): number => {
  let sum = 1
  for (let i = 0; i < 38; i++) sum = (sum * 31 + (bytes[from + i] ?? 0)) & 0xffff
  return sum
}
