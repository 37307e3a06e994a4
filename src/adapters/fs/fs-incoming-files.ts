import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { link, open, readdir, readFile, rm, stat, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UploadUid } from '../../domain/media/ids.ts'
import { TE } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import { headBytes, type IncomingFiles } from '../../ports/incoming-files.ts'
import { createFolder } from '../platform/create-folder.ts'
import { alreadyExists, orIfNotFound } from '../platform/errno.ts'
import { syncFolder } from '../platform/sync-folder.ts'
import { createWriter, failed, hashAt } from './incoming-writer.ts'

/** The file that names the folder. No upload has such a uid. */
const nameFile = '.folder'

const readName = (dir: string): Promise<string | null> =>
  orIfNotFound(readFile(join(dir, nameFile), 'utf8'), null)

/** Reads the name of a folder. The first process gives it one; a link fails if another process was faster. */
const nameOf = async (dir: string): Promise<string> => {
  await createFolder(dir)
  const before = await readName(dir)
  if (before !== null) return before
  const path = join(dir, nameFile)
  const name = randomBytes(16).toString('hex')
  const draft = `${path}.${name}`
  await writeFile(draft, name, { mode: 0o600, flush: true })
  try {
    await link(draft, path)
    await syncFolder(dir)
  } catch (error) {
    if (!alreadyExists(error)) throw error
  } finally {
    await rm(draft, { force: true })
  }
  return readFile(path, 'utf8')
}

/**
 * Keeps incoming files in the folder `dir`, which is created when it is first used. `objects`: the folder of the object store;
 * `null` if it is on no disk of this machine.
 */
export const createFsIncomingFiles = (
  dir: string,
  clock: Clock,
  objects: string | null = null,
): IncomingFiles => {
  let lastName: string | null = null

  const absent = (): Error => new Error('the folder of incoming files is not there')

  /**
   * Reads the name of the folder. It is read each time, because the disk may be mounted later than the process starts: then
   * the folder is another one. A folder that had a name gets no new one: its disk is not mounted.
   */
  const currentName = async (): Promise<string> => {
    const name = lastName === null ? await nameOf(dir) : await readName(dir)
    if (name === null) throw absent()
    lastName = name
    return name
  }

  const pathOf = (uid: UploadUid): string => join(dir, uid)

  /** Throws if the folder is not the one whose name this process has: a disk that is not mounted has no files. */
  const assertMounted = async (): Promise<void> => {
    if (lastName === null || (await readName(dir)) !== lastName) throw absent()
  }

  /** As `assertMounted`, but a process that has no name yet takes the folder as it is. */
  const assertUsable = async (): Promise<void> => {
    if (lastName === null) await currentName()
    else await assertMounted()
  }

  return {
    folder: TE.tryCatch(currentName, failed),

    free: TE.tryCatch(async () => {
      await assertUsable()
      const { bavail, bsize } = await statfs(dir)
      return bavail * bsize
    }, failed),

    holdsOriginals: TE.tryCatch(async () => {
      if (objects === null) return false
      const [ours, theirs] = await Promise.all([stat(dir), orIfNotFound(stat(objects), null)])
      return ours.dev === theirs?.dev
    }, failed),

    open: (uid, { offset, hashes }) =>
      TE.tryCatch(async () => {
        await assertUsable()
        const flags = offset === 0 ? constants.O_CREAT | constants.O_RDWR : constants.O_RDWR
        const file = await orIfNotFound(open(pathOf(uid), flags, 0o600), null)
        if (file === null) {
          // Its disk may have been unmounted since.
          await assertMounted()
          return null
        }
        try {
          const { size } = await file.stat()
          if (size < offset) {
            await file.close()
            return null
          }
          if (size > offset) await file.truncate(offset)
          // The new entry of the folder must survive a loss of power as the bytes do.
          if (offset === 0) await syncFolder(dir)
          return createWriter(file, offset, await hashAt(pathOf(uid), offset, hashes))
        } catch (error) {
          await file.close().catch(() => undefined)
          throw error
        }
      }, failed),

    sha512: (uid, { offset, hashes }) =>
      TE.tryCatch(async () => (await hashAt(pathOf(uid), offset, hashes)).digest(), failed),

    head: (uid) =>
      TE.tryCatch(async () => {
        const file = await orIfNotFound(open(pathOf(uid), 'r'), null)
        if (file === null) {
          await assertMounted()
          return null
        }
        try {
          const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0)
          return buffer.subarray(0, bytesRead)
        } finally {
          await file.close()
        }
      }, failed),

    pathOf,
    remove: (uid) => TE.tryCatch(() => rm(pathOf(uid), { force: true }), failed),

    list: (forMs) =>
      TE.tryCatch(async () => {
        const before = clock() - forMs
        const old: UploadUid[] = []
        for (const entry of await orIfNotFound(readdir(dir), [])) {
          if (entry === nameFile || !UploadUid.is(entry)) continue
          const stats = await orIfNotFound(stat(join(dir, entry)), null)
          if (stats?.isFile() && stats.mtimeMs <= before) old.push(entry)
        }
        return old
      }, failed),
  }
}
