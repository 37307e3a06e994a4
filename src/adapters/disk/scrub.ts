import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import * as t from 'io-ts'
import type { LocalStorage } from 'node-persist'
import { E } from '../../fp.ts'
import type { S3Fifo } from '../cache-policy/s3-fifo.ts'
import { DiskRecord } from './blob-record.ts'
import type { CacheFolders } from './cache-folders.ts'
import { type DiskBudget, isBlob } from './disk-budget.ts'
import { removeFile } from './remove-file.ts'

/** How node-persist has it in the file of a blob's record (node-persist-cache.ts). */
const RecordFile = t.type({ value: t.type({ value: DiskRecord }) })

export type ScrubReport = { readonly checked: number; readonly bad: number }

type Deps = {
  readonly folders: CacheFolders
  readonly storage: LocalStorage
  readonly policy: S3Fifo
  readonly budget: DiskBudget
  readonly bytesPerSecond: number
  /** Becomes true when it should stop. */
  readonly stopped: () => boolean
}

/**
 * Reads every blob through, not faster than it may, and takes away those whose bytes are not what their record
 * says: a disk that has lost a bit does not tell. The next reader brings them in anew.
 */
export const scrub = async (deps: Deps): Promise<ScrubReport> => {
  const { folders, policy, budget, stopped } = deps
  let checked = 0
  let bad = 0
  for (let at = policy.entryFrom(0); at !== null && !stopped(); at = policy.entryFrom(at.place + 1)) {
    if (!isBlob(at.entry.mark)) continue
    const id = Buffer.from(at.entry.id).toString('hex')
    const isGood = await isAsRecorded(deps, id)
    if (stopped()) break
    checked++
    // What has been evicted meanwhile was not bad for that.
    if (isGood || policy.markOf(at.entry.id) === null) continue
    await removeFile(folders.blob(id))
    await removeFile(folders.value(id))
    budget.removed(id)
    bad++
  }
  return { checked, bad }
}

const isAsRecorded = async (
  { folders, storage, bytesPerSecond, stopped }: Deps,
  id: string,
): Promise<boolean> => {
  const record = RecordFile.decode(await storage.readFile(folders.value(id)).catch(() => null))
  if (E.isLeft(record)) return false
  const digest = createHash('sha256')
  try {
    for await (const chunk of createReadStream(folders.blob(id))) {
      digest.update(chunk)
      await pause((1000 * chunk.length) / bytesPerSecond)
      if (stopped()) return true
    }
  } catch {
    return false
  }
  return digest.digest('hex') === record.right.value.value.sha256
}
