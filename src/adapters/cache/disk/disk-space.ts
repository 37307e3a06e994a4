import { randomUUID } from 'node:crypto'
import { rm, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Unavailable, unavailable } from '../../../domain/shared/errors.ts'
import { TE } from '../../../fp.ts'
import { isDiskFull } from '../../platform/errno.ts'
import type { CacheFolders } from './cache-folders.ts'
import { blockBytes, type DiskBudget } from './disk-budget.ts'
import { retryAfterCreatingFolder } from './retry-after-creating-folder.ts'

/** Disk space reserved for a write. */
export type DiskReservation = {
  /** Reports written bytes, which then no longer count as reserved. */
  readonly spend: (bytes: number) => void
  /** Releases the bytes that are still reserved. */
  readonly release: () => void
}

/** Disk space that a file needs in addition to its bytes: its folder, and metadata of the file system. */
export const fileOverheadBytes = 16 * blockBytes

/** Manages the free space of the disk, which may be less than the budget. */
export type DiskSpace = {
  /** Reserves space before a blob is fetched, and evicts entries if necessary. `null`: there is no space. */
  readonly reserve: (bytes: number) => Promise<DiskReservation | null>
  /** Runs `write`. If the disk is full, evicts `bytes` bytes and runs `write` once more. */
  readonly retry: <A>(bytes: number, write: () => Promise<A>) => Promise<A>
  /** Checks that the disk can be written to, by writing one block. */
  readonly check: TE.TaskEither<Unavailable, void>
}

const diskFull = new Error(
  'the disk that CACHE_DIR is on is full: cached data is served, and little or nothing new is cached until there is space',
)

type Deps = { readonly folders: CacheFolders; readonly budget: DiskBudget }

export const createDiskSpace = ({ folders, budget }: Deps): DiskSpace => {
  let reserved = 0

  /** Returns the number of free bytes that are not reserved; `null` if it cannot be determined. */
  const free = async (): Promise<number | null> => {
    const stats = await retryAfterCreatingFolder(folders.fills, () => statfs(folders.fills)).catch(() => null)
    return stats === null ? null : stats.bavail * stats.bsize - reserved
  }

  const makeRoom = async (): Promise<boolean> => {
    const before = await free()
    if (before === null || before >= fileOverheadBytes) return true
    if (before + budget.usage().bytes < fileOverheadBytes) return false
    budget.lower(fileOverheadBytes - before)
    await budget.settled()
    const after = await free()
    return after === null || after >= fileOverheadBytes
  }

  return {
    reserve: async (bytes) => {
      let left = bytes
      const spend = (written: number) => {
        const spent = Math.min(left, written)
        left -= spent
        reserved -= spent
      }
      const release = () => spend(left)
      reserved += bytes
      if (await makeRoom()) return { spend, release }
      release()
      return null
    },
    retry: async (bytes, write) => {
      try {
        return await write()
      } catch (error) {
        if (!isDiskFull(error)) throw error
        budget.lower(bytes)
        await budget.settled()
        return write()
      }
    },
    check: TE.tryCatch(async () => {
      const probe = join(folders.fills, `probe.${randomUUID()}`)
      try {
        await retryAfterCreatingFolder(folders.fills, () =>
          writeFile(probe, Buffer.alloc(blockBytes), { mode: 0o600 }),
        )
      } catch (error) {
        if (!isDiskFull(error)) throw error
        budget.lower(blockBytes)
        throw diskFull
      } finally {
        await rm(probe, { force: true }).catch(() => undefined)
      }
    }, unavailable('cache')),
  }
}
