import { randomUUID } from 'node:crypto'
import { rm, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Unavailable, unavailable } from '../../../domain/shared/errors.ts'
import { TE } from '../../../fp.ts'
import { isNoRoom } from '../../platform/errno.ts'
import type { CacheFolders } from './cache-folders.ts'
import { blockBytes, type DiskBudget } from './disk-budget.ts'
import { createFolderTier } from './in-folder.ts'

/** Room for bytes that are on their way. */
export type Reservation = {
  /** So many of them are written by now. */
  readonly spend: (bytes: number) => void
  /** The rest are not going to be. */
  readonly release: () => void
}

/** What a file costs beyond its bytes: a folder, the file system's own notes. */
export const marginBytes = 16 * blockBytes

/** The room that the disk itself has, whatever the budget says. */
export type DiskRoom = {
  /** Sees to it that so many bytes can be written, before they are asked of the store: `null` when they cannot. */
  readonly reserve: (bytes: number) => Promise<Reservation | null>
  /** Does it; when the disk is full, makes room for so many bytes and does it once more. */
  readonly retry: <A>(bytes: number, write: () => Promise<A>) => Promise<A>
  /** Whether anything can be written, found out by writing a block. */
  readonly check: TE.TaskEither<Unavailable, void>
}

const full = new Error(
  'the disk that CACHE_DIR is on is full: what is cached is served, and little or nothing new is cached until there is room',
)

type Deps = { readonly folders: CacheFolders; readonly budget: DiskBudget }

export const createDiskRoom = ({ folders, budget }: Deps): DiskRoom => {
  let reserved = 0

  /** Beyond what is reserved; `null`: it cannot be told. */
  const free = async (): Promise<number | null> => {
    const system = await createFolderTier(folders.fills, () => statfs(folders.fills)).catch(() => null)
    return system === null ? null : system.bavail * system.bsize - reserved
  }

  const isEnough = async (): Promise<boolean> => {
    const before = await free()
    if (before === null || before >= marginBytes) return true
    if (before + budget.held().bytes < marginBytes) return false
    budget.lower(marginBytes - before)
    await budget.settled()
    const after = await free()
    return after === null || after >= marginBytes
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
      if (await isEnough()) return { spend, release }
      release()
      return null
    },
    retry: async (bytes, write) => {
      try {
        return await write()
      } catch (error) {
        if (!isNoRoom(error)) throw error
        budget.lower(bytes)
        await budget.settled()
        return write()
      }
    },
    check: TE.tryCatch(async () => {
      const probe = join(folders.fills, `probe.${randomUUID()}`)
      try {
        await createFolderTier(folders.fills, () =>
          writeFile(probe, Buffer.alloc(blockBytes), { mode: 0o600 }),
        )
      } catch (error) {
        if (!isNoRoom(error)) throw error
        budget.lower(blockBytes)
        throw full
      } finally {
        await rm(probe, { force: true }).catch(() => undefined)
      }
    }, unavailable('cache')),
  }
}
