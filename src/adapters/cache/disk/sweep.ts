import { opendir, readdir, readlink, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as yieldToEventLoop } from 'node:timers/promises'
import { isNotFound } from '../../platform/errno.ts'
import { isLeftover } from '../../platform/leftovers.ts'
import type { ProcessIdentity, ProcessState } from '../../platform/process-identity.ts'
import type { S3Fifo } from '../eviction/s3-fifo.ts'
import { blobRecordBytes } from './blob-record.ts'
import type { CacheFolders } from './cache-folders.ts'
import { type DiskBudget, isBlobEntry } from './disk-budget.ts'
import { lockHolderOf } from './fill-lock.ts'
import { removeFile } from './remove-file.ts'

export type DiskSweepReport = {
  /** Number of orphaned files that were removed. */
  readonly removed: number
  /** Number of files that were missing from the accounting, so the sweep added them to it. */
  readonly adopted: number
  /** Number of entries in the accounting whose files are missing. */
  readonly missed: number
}

type Deps = {
  readonly folders: CacheFolders
  readonly policy: S3Fifo
  readonly budget: DiskBudget
  readonly stateOf: (identity: ProcessIdentity) => ProcessState
  /** Returns whether the sweep should stop. */
  readonly stopped: () => boolean
}

/** Number of files that are checked before the event loop runs other work. */
const batchSize = 256

/** Flag of an entry in the eviction policy: the sweep has found the file of the entry. */
const seen = 2

/**
 * Compares the accounting (the known entries and their sizes) with the files in the folders, and removes the
 * leftovers of dead processes. Readers are not disturbed. At worst, a file that is being written during the
 * sweep counts as missing, and is filled again.
 */
export const sweepDisk = async ({
  folders,
  policy,
  budget,
  stateOf,
  stopped,
}: Deps): Promise<DiskSweepReport> => {
  let removed = 0
  let adopted = 0
  let missed = 0

  const remove = async (path: string) => {
    await removeFile(path)
    removed++
  }

  const clearFills = async () => {
    for (const name of await readdir(folders.fills).catch(() => [])) {
      const path = join(folders.fills, name)
      const writer = lockHolderOf(name.endsWith('.lock') ? await readlink(path).catch(() => '') : name)
      if (await isLeftover(path, writer, stateOf)) await remove(path)
    }
  }

  const adopt = async (id: string, path: string, kind: 'value' | 'blob') => {
    const stats = await stat(path).catch(() => null)
    if (stats === null) return
    budget.recordStored(id, kind === 'blob' ? stats.size + blobRecordBytes(stats.size) : stats.size, kind)
    adopted++
  }

  const checkBlob = async (id: string) => {
    const key = Buffer.from(id, 'hex')
    const flags = policy.flagsOf(key)
    if (flags !== null && isBlobEntry(flags)) policy.setFlags(key, flags | seen)
    else if (flags === null && (await isThere(folders.value(id)))) await adopt(id, folders.blob(id), 'blob')
    else await remove(folders.blob(id))
  }

  const checkValue = async (id: string) => {
    const key = Buffer.from(id, 'hex')
    const flags = policy.flagsOf(key)
    if (flags === null) await adopt(id, folders.value(id), 'value')
    else if (!isBlobEntry(flags)) policy.setFlags(key, flags | seen)
  }

  /**
   * Calls `check` for all files that are named after an id, in batches. Other files do not belong to the
   * cache and stay.
   */
  const eachFile = async (folder: string, check: (id: string) => Promise<void>) => {
    let batch: string[] = []
    const checkBatch = async () => {
      await Promise.all(batch.map(check))
      batch = []
      await yieldToEventLoop()
    }
    for await (const { name } of await opendir(folder, { bufferSize: batchSize })) {
      if (stopped()) return
      if (/^[0-9a-f]{64}$/.test(name)) batch.push(name)
      if (batch.length === batchSize) await checkBatch()
    }
    await checkBatch()
  }

  const eachEntry = async (visit: (id: Uint8Array, flags: number) => Promise<void> | void) => {
    let count = 0
    for (let at = policy.entryFrom(0); at !== null && !stopped(); at = policy.entryFrom(at.place + 1)) {
      await visit(at.entry.id, at.entry.flags)
      if (++count % (4 * batchSize) === 0) await yieldToEventLoop()
    }
  }

  const removeIfMissing = async (key: Uint8Array, flags: number) => {
    if ((flags & seen) !== 0) return
    const id = Buffer.from(key).toString('hex')
    const files = isBlobEntry(flags) ? [folders.value(id), folders.blob(id)] : [folders.value(id)]
    if ((await Promise.all(files.map(isThere))).every((exists) => exists)) return
    for (const file of files) await removeFile(file)
    budget.recordRemoved(id)
    missed++
  }

  await clearFills()
  await eachEntry((id, flags) => policy.setFlags(id, flags & ~seen))
  for (const part of await readdir(folders.blobs).catch(() => []))
    await eachFile(join(folders.blobs, part), checkBlob).catch(() => undefined)
  await eachFile(folders.values, checkValue).catch(() => undefined)
  await eachEntry(removeIfMissing)
  return { removed, adopted, missed }
}

/**
 * Returns whether the file exists. If stat fails for any reason other than a missing file, assumes that the
 * file exists.
 */
const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    (error) => !isNotFound(error),
  )
