import { randomUUID } from 'node:crypto'
import { type FileHandle, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { unavailable } from '../../domain/shared/errors.ts'
import { E, TE } from '../../fp.ts'
import type { RevocationFile } from '../../ports/revocation-file.ts'
import { Revocation } from '../../ports/revocations.ts'
import { orIfNotFound } from '../platform/errno.ts'
import { syncFolder } from '../platform/sync-folder.ts'
import { withDraftFile } from '../platform/with-draft-file.ts'

const failed = unavailable('copy of the revocations')

// One JSON object a line. Each piece begins with a line feed, because a killed process may have left a part of a
// line at the end of the file.
const toLines = (revocations: ReadonlyArray<Revocation>): string =>
  revocations.map((revocation) => `\n${JSON.stringify(Revocation.encode(revocation))}\n`).join('')

const parseLine = (line: string): ReadonlyArray<Revocation> => {
  try {
    const decoded = Revocation.decode(JSON.parse(line))
    return E.isRight(decoded) ? [decoded.right] : []
  } catch {
    return []
  }
}

/** Writes to a file that `flags` opens, and waits until the bytes are on the disk. */
const writeSynced = async (path: string, flags: 'a' | 'wx', text: string): Promise<void> => {
  const file: FileHandle = await open(path, flags, 0o600)
  try {
    await file.appendFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Keeps the copy in one file of an existing folder. The system appends each piece as a whole (O_APPEND). */
export const createFsRevocationFile = (path: string): RevocationFile => ({
  read: TE.tryCatch(async () => {
    const text = await orIfNotFound(readFile(path, 'utf8'), '')
    const parsed = text.split('\n').flatMap((line) => (line === '' ? [] : [parseLine(line)]))
    return {
      revocations: parsed.flat(),
      damaged: parsed.filter(({ length }) => length === 0).length,
    }
  }, failed),

  add: (revocations) =>
    TE.tryCatch(async () => {
      await writeSynced(path, 'a', toLines(revocations))
      await syncFolder(dirname(path))
    }, failed),

  replace: (revocations) =>
    TE.tryCatch(async () => {
      await withDraftFile(`${path}.${randomUUID()}`, async (draft) => {
        await writeSynced(draft, 'wx', toLines(revocations))
        await rename(draft, path)
      })
      await syncFolder(dirname(path))
    }, failed),
})
