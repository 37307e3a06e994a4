import { opendir, readdir, readlink, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import { isMissing } from '../../platform/errno.ts'
import { isLeftover } from '../../platform/leftovers.ts'
import type { ProcessIdentity, ProcessState } from '../../platform/process-identity.ts'
import type { S3Fifo } from '../eviction/s3-fifo.ts'
import { recordBytesFor } from './blob-record.ts'
import type { CacheFolders } from './cache-folders.ts'
import { type DiskBudget, isBlob } from './disk-budget.ts'
import { lockHolderOf } from './fill-lock.ts'
import { removeFile } from './remove-file.ts'

export type DiskSweepReport = {
  /** Files that belonged to nothing, and are gone. */
  readonly removed: number
  /** Files that were not in the books, and are now. */
  readonly adopted: number
  /** Entries of the books whose files are not there. */
  readonly missed: number
}

type Deps = {
  readonly folders: CacheFolders
  readonly policy: S3Fifo
  readonly budget: DiskBudget
  readonly stateOf: (identity: ProcessIdentity) => ProcessState
  /** Becomes true when it should stop. */
  readonly stopped: () => boolean
}

/** Files that are looked at between two breaths of the process. */
const atATime = 256

/** Set in the marks of entries whose files this sweep has seen. */
const seen = 2

/**
 * Holds the books against the folders, and clears up after processes that have died. It disturbs no reader: the
 * worst that a file can suffer which is written at this very moment is to be missed and brought in again.
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
    const there = await stat(path).catch(() => null)
    if (there === null) return
    budget.kept(id, kind === 'blob' ? there.size + recordBytesFor(there.size) : there.size, kind)
    adopted++
  }

  const lookAtBlob = async (id: string) => {
    const key = Buffer.from(id, 'hex')
    const mark = policy.markOf(key)
    if (mark !== null && isBlob(mark)) policy.setMark(key, mark | seen)
    else if (mark === null && (await isThere(folders.value(id)))) await adopt(id, folders.blob(id), 'blob')
    else await remove(folders.blob(id))
  }

  const lookAtValue = async (id: string) => {
    const key = Buffer.from(id, 'hex')
    const mark = policy.markOf(key)
    if (mark === null) await adopt(id, folders.value(id), 'value')
    else if (!isBlob(mark)) policy.setMark(key, mark | seen)
  }

  /** All files with the name of an id, some at a time. Anything else is not ours: it is left alone. */
  const eachFile = async (folder: string, look: (id: string) => Promise<void>) => {
    let some: string[] = []
    const lookAtSome = async () => {
      await Promise.all(some.map(look))
      some = []
      await breathe()
    }
    for await (const { name } of await opendir(folder, { bufferSize: atATime })) {
      if (stopped()) return
      if (/^[0-9a-f]{64}$/.test(name)) some.push(name)
      if (some.length === atATime) await lookAtSome()
    }
    await lookAtSome()
  }

  const eachEntry = async (look: (id: Uint8Array, mark: number) => Promise<void> | void) => {
    let count = 0
    for (let at = policy.entryFrom(0); at !== null && !stopped(); at = policy.entryFrom(at.place + 1)) {
      await look(at.entry.id, at.entry.mark)
      if (++count % (4 * atATime) === 0) await breathe()
    }
  }

  const lookForMissing = async (key: Uint8Array, mark: number) => {
    if ((mark & seen) !== 0) return
    const id = Buffer.from(key).toString('hex')
    const files = isBlob(mark) ? [folders.value(id), folders.blob(id)] : [folders.value(id)]
    if ((await Promise.all(files.map(isThere))).every((there) => there)) return
    for (const file of files) await removeFile(file)
    budget.removed(id)
    missed++
  }

  await clearFills()
  await eachEntry((id, mark) => policy.setMark(id, mark & ~seen))
  for (const part of await readdir(folders.blobs).catch(() => []))
    await eachFile(join(folders.blobs, part), lookAtBlob).catch(() => undefined)
  await eachFile(folders.values, lookAtValue).catch(() => undefined)
  await eachEntry(lookForMissing)
  return { removed, adopted, missed }
}

/** What cannot be looked at is there until the contrary is known. */
const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    (error) => !isMissing(error),
  )
