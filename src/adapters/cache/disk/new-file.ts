import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { BlobWriter } from '../blobs/blob-shelf.ts'
import { pieceBytes } from '../blobs/pieces.ts'
import { readPiece, writeAll } from './file-bytes.ts'
import { createFolderTier } from './in-folder.ts'

/**
 * Bytes in a new file at `temporary`, which becomes `final` in one step.
 *
 * Nothing is flushed to the disk: a killed process loses nothing, and after a loss of power the file systems in
 * use (ext4, XFS, Btrfs, ZFS, APFS), which write a file's length after its data, leave one short whose bytes did
 * not make it, which its reader takes for a miss. A flush would cost each fill tens of milliseconds of the disk.
 */
export const createNewFile = async (temporary: string, final: string): Promise<BlobWriter> => {
  const file = await createFolderTier(dirname(temporary), () => open(temporary, 'wx+', 0o600))
  let written = 0
  let published = false

  return {
    read: (start, end) => readPiece(file, start, end, pieceBytes),
    write: async (chunk) => {
      await writeAll(file, chunk, written)
      written += chunk.length
    },
    publish: async () => {
      await createFolderTier(dirname(final), () => rename(temporary, final))
      published = true
    },
    close: async () => {
      if (!published) await rm(temporary, { force: true })
      await file.close()
    },
  }
}
