import { randomUUID } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { unavailable } from '../../../domain/shared/errors.ts'
import { E, TE } from '../../../fp.ts'
import { type BusPositions, SavedPosition } from '../../../ports/bus-positions.ts'
import { withDraftFile } from '../../platform/with-draft-file.ts'
import type { CacheFolders } from './cache-folders.ts'
import type { InvalidationVersions } from './invalidation-versions.ts'
import { retryAfterCreatingFolder } from './retry-after-creating-folder.ts'

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/**
 * Opens the file with the position up to which the values in this folder are up to date. A file that is
 * missing, damaged or unreadable counts as none, which is safe: all values are then dropped. So the file is
 * not flushed to the disk. `flush` does this for the versions of what was applied, before.
 */
export const openBusPositionFile = async (
  { busPosition: path, fills }: CacheFolders,
  flush: InvalidationVersions['flush'],
): Promise<BusPositions> => {
  const stored = SavedPosition.decode(parseJson(await readFile(path, 'utf8').catch(() => '')))
  return {
    initial: E.isRight(stored) ? stored.right : null,
    save: (saved) =>
      TE.tryCatch(async () => {
        // What the position covers would otherwise not be repeated after a power loss.
        await flush()
        await withDraftFile(join(fills, `position.${randomUUID()}.part`), async (draft) => {
          const text = JSON.stringify(SavedPosition.encode(saved))
          await retryAfterCreatingFolder(fills, () => writeFile(draft, text, { mode: 0o600 }))
          await retryAfterCreatingFolder(dirname(path), () => rename(draft, path))
        })
      }, unavailable('disk cache')),
  }
}
