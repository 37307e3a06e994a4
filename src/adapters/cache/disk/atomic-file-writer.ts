import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { BlobWriter } from '../blobs/blob-storage.ts'
import { readFileRange, writeAll } from './file-bytes.ts'
import { retryAfterCreatingFolder } from './retry-after-creating-folder.ts'

/**
 * Writes a new file at `temporary`, and renames it to `final` when it is published.
 *
 * There is no fsync, because it would cost each fill tens of milliseconds. If the process is killed, no
 * written data is lost. The file systems in use (ext4, XFS, Btrfs, ZFS, APFS) write a file's length after its
 * data. So after a power loss a file with missing data is too short, and counts as a miss.
 */
export const createAtomicFileWriter = async (temporary: string, final: string): Promise<BlobWriter> => {
  const file = await retryAfterCreatingFolder(dirname(temporary), () => open(temporary, 'wx+', 0o600))
  let written = 0
  let published = false

  return {
    read: (start, end) => readFileRange(file, start, end),
    write: async (chunk) => {
      await writeAll(file, chunk, written)
      written += chunk.length
    },
    publish: async () => {
      await retryAfterCreatingFolder(dirname(final), () => rename(temporary, final))
      published = true
    },
    close: async () => {
      if (!published) await rm(temporary, { force: true })
      await file.close()
    },
  }
}
