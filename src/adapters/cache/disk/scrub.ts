import { createHash } from 'node:crypto'
import { open, stat } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import * as t from 'io-ts'
import type { LocalStorage } from 'node-persist'
import { E } from '../../../fp.ts'
import type { Entry, S3Fifo } from '../eviction/s3-fifo.ts'
import { isDataLost } from './bad-bytes.ts'
import { DiskRecord } from './blob-record.ts'
import type { BlobRemover } from './blob-remover.ts'
import type { CacheFolders } from './cache-folders.ts'
import { isBlob } from './disk-budget.ts'
import { type ChunkTrust, fileStampOf } from './trusted-chunks.ts'

/** How node-persist has it in the file of a blob's record (node-persist-cache.ts). */
const RecordFile = t.type({ value: t.type({ value: DiskRecord }) })

export type ScrubReport = { readonly checked: number; readonly bad: number }

type Deps = {
  readonly folders: CacheFolders
  readonly storage: LocalStorage
  readonly policy: S3Fifo
  readonly remover: BlobRemover
  readonly trust: ChunkTrust
  /** Becomes true when it should stop. */
  readonly stopped: () => boolean
}

type Scope = {
  readonly bytesPerSecond: number
  /** Of all that lies there; the next one goes on where this one ends. */
  readonly share: number
  /** A blob of which every chunk was verified so short a time ago is passed over. */
  readonly notWithinMs: number
}

/**
 * Reads blobs through, not faster than it may, and takes away those whose bytes are not what their record says: a disk
 * that has lost a bit does not tell. Readers verify what they are given; the scrub sees to it that they seldom have to
 * wait for a blob to be brought in anew.
 */
export const createScrub = (deps: Deps): ((scope: Scope) => Promise<ScrubReport>) => {
  const { folders, policy, remover, trust, stopped } = deps
  let place = 0

  const isVerified = async (id: string, withinMs: number): Promise<boolean> => {
    const path = folders.blob(id)
    const there = await stat(path).catch(() => null)
    return there !== null && trust.isVerified(path, fileStampOf(there), withinMs)
  }

  return async ({ bytesPerSecond, share, notWithinMs }) => {
    const report = { checked: 0, bad: 0 }

    const look = async (entry: Entry): Promise<void> => {
      const id = Buffer.from(entry.id).toString('hex')
      if (notWithinMs > 0 && (await isVerified(id, notWithinMs))) return
      const { isGood, ino } = await compare(deps, id, bytesPerSecond)
      if (stopped()) return
      report.checked++
      // What has been evicted meanwhile was not bad for that.
      if (isGood || policy.markOf(entry.id) === null) return
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
      if (isBlob(at.entry.mark)) await look(at.entry)
    }
    return report
  }
}

/** `ino`: of the file that was read; `null`: there is none. */
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
      return { isGood: !isDataLost(cause), ino }
    }
    return { isGood: digest.digest('hex') === record.right.value.value.sha256, ino }
  } finally {
    await file.close()
  }
}
