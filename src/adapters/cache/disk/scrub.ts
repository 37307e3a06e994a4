import { createHash } from 'node:crypto'
import { open, stat } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import * as t from 'io-ts'
import type { LocalStorage } from 'node-persist'
import { E } from '../../../fp.ts'
import type { EvictionEntry, S3Fifo } from '../eviction/s3-fifo.ts'
import { DiskBlobRecord } from './blob-record.ts'
import type { BlobRemover } from './blob-remover.ts'
import type { CacheFolders } from './cache-folders.ts'
import { isDataLostError } from './corrupt-bytes.ts'
import { isBlobEntry } from './disk-budget.ts'
import { type ChunkVerification, fileVersionOf } from './verified-chunks.ts'

/** The fields that the scrub reads from the node-persist file of a blob's record (node-persist-cache.ts). */
const RecordFile = t.type({ value: t.type({ value: DiskBlobRecord }) })

export type ScrubReport = { readonly checked: number; readonly bad: number }

type Deps = {
  readonly folders: CacheFolders
  readonly storage: LocalStorage
  readonly policy: S3Fifo
  readonly remover: BlobRemover
  readonly trust: ChunkVerification
  /** Returns whether the scrub should stop. */
  readonly stopped: () => boolean
}

type Scope = {
  readonly bytesPerSecond: number
  /**
   * Share of all entries that one scrub verifies (0 to 1). The next scrub continues after the last verified
   * entry.
   */
  readonly share: number
  /** A blob is skipped if all its chunks were verified within this time (ms). */
  readonly notWithinMs: number
}

/**
 * Returns a function that verifies blobs at a limited rate, because a disk does not report a flipped bit.
 * Blobs that do not match their record are removed. Readers also verify the bytes that they read. The scrub
 * finds most damage earlier, so that readers seldom wait until a blob is fetched again.
 */
export const createScrub = (deps: Deps): ((scope: Scope) => Promise<ScrubReport>) => {
  const { folders, policy, remover, trust, stopped } = deps
  let place = 0

  const isVerified = async (id: string, withinMs: number): Promise<boolean> => {
    const path = folders.blob(id)
    const stats = await stat(path).catch(() => null)
    return stats !== null && trust.isVerified(path, fileVersionOf(stats), withinMs)
  }

  return async ({ bytesPerSecond, share, notWithinMs }) => {
    const report = { checked: 0, bad: 0 }

    const verifyEntry = async (entry: EvictionEntry): Promise<void> => {
      const id = Buffer.from(entry.id).toString('hex')
      if (notWithinMs > 0 && (await isVerified(id, notWithinMs))) return
      const { isGood, ino } = await compare(deps, id, bytesPerSecond)
      if (stopped()) return
      report.checked++
      // A blob that was evicted meanwhile does not count as damaged.
      if (isGood || policy.flagsOf(entry.id) === null) return
      if (await remover.discard(id, ino)) report.bad++
    }

    let left = policy.weight() * share
    let hasWrapped = false
    while (left > 0 && !stopped()) {
      const at = policy.entryFrom(place)
      if (at === null) {
        if (hasWrapped || place === 0) break
        hasWrapped = true
        place = 0
        continue
      }
      place = at.place + 1
      left -= at.entry.weight
      if (isBlobEntry(at.entry.flags)) await verifyEntry(at.entry)
    }
    return report
  }
}

/**
 * Compares a blob with its record. `ino` is the inode of the file that was read; `null`: there is no file.
 */
const compare = async (
  { folders, storage, stopped }: Deps,
  id: string,
  bytesPerSecond: number,
): Promise<{ readonly isGood: boolean; readonly ino: number | null }> => {
  const record = RecordFile.decode(await storage.readFile(folders.value(id)).catch(() => null))
  const file = await open(folders.blob(id), 'r').catch(() => null)
  if (file === null) return { isGood: false, ino: null }
  try {
    const { ino } = await file.stat()
    if (E.isLeft(record)) return { isGood: false, ino }
    const digest = createHash('sha256')
    try {
      for await (const chunk of file.createReadStream({ autoClose: false })) {
        digest.update(chunk)
        await pause((1000 * chunk.length) / bytesPerSecond)
        if (stopped()) return { isGood: true, ino }
      }
    } catch (cause) {
      return { isGood: !isDataLostError(cause), ino }
    }
    return { isGood: digest.digest('hex') === record.right.value.value.sha256, ino }
  } finally {
    await file.close()
  }
}
