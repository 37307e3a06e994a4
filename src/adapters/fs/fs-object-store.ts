import { type FileHandle, mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ByteRange, ByteStream } from '../../domain/media/bytes.ts'
import { unavailable } from '../../domain/shared/errors.ts'
import { O, TE } from '../../fp.ts'
import type { NewObject, ObjectStore } from '../../ports/object-store.ts'
import type { ProcessBeacon } from '../platform/process-beacon.ts'
import { verifyChecksum } from '../store/verify-checksum.ts'
import { createIncomingFolder } from './incoming-folder.ts'
import { isNoObject } from './is-no-object.ts'
import { fileNameOf } from './key-names.ts'
import { listIncoming, listObjects } from './list-objects.ts'

const chunkSize = 128 * 1024
const failed = unavailable('object store')

/**
 * Objects as plain files: `s3_files/{uid}` is `{dir}/s3_files/{uid}`. Folders are made when they are needed. An
 * object is written beside, synced and renamed into place, so that it is there whole, and stays there through a
 * power cut, from the moment that `put` succeeds. Any number of processes may share the folder, those of several pid
 * namespaces if they share a folder of beacons, too.
 */
export const createFsObjectStore = (dir: string, beacon: ProcessBeacon): ObjectStore => {
  const incoming = createIncomingFolder(join(dir, '.incoming'), beacon)
  const pathOf = (key: string): string => join(dir, ...key.split('/').map(fileNameOf))

  const put = (path: string, object: NewObject): Promise<void> =>
    incoming.withNewFile(async (unfinished) => {
      await writeSynced(unfinished, object)
      await makeFolder(dirname(path))
      await rename(unfinished, path)
      await syncFolder(dirname(path))
    })

  return {
    put: (key, object) => TE.tryCatch(async () => put(pathOf(key), object), failed),
    read: (key, range) =>
      TE.tryCatch(async () => {
        const path = pathOf(key)
        return (await exists(path)) ? O.some(readFrom(path, range)) : O.none
      }, failed),
    delete: (key) =>
      TE.tryCatch(async () => {
        await rm(pathOf(key)).catch(unlessMissing)
      }, failed),
    list: (prefix, after) => listObjects(dir, prefix, after),
    unfinishedUploads: () => listIncoming(join(dir, '.incoming')),
    check: TE.tryCatch(() => incoming.withNewFile((probe) => writeFile(probe, '', { mode: 0o600 })), failed),
  }
}

const unlessMissing = (error: unknown): void => {
  if (!isNoObject(error)) throw error
}

const exists = async (path: string): Promise<boolean> => {
  try {
    return (await stat(path)).isFile()
  } catch (error) {
    unlessMissing(error)
    return false
  }
}

const writeSynced = async (path: string, object: NewObject): Promise<void> => {
  const file = await open(path, 'wx', 0o600)
  try {
    await writeFile(file, verifyChecksum(object))
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Opens the file with the first chunk: a stream that nobody reads, or that is left before, holds nothing open. */
async function* readFrom(path: string, { start, end }: ByteRange): ByteStream {
  const file = await open(path, 'r')
  try {
    const until = Math.min(end, (await file.stat()).size)
    for (let at = start; at < until; ) {
      const chunk = await readChunk(file, at, Math.min(chunkSize, until - at))
      if (chunk.length === 0) throw new Error('the file became shorter while it was read')
      at += chunk.length
      yield chunk
    }
  } finally {
    await file.close()
  }
}

const readChunk = async (file: FileHandle, at: number, length: number): Promise<Uint8Array> => {
  // Not from Buffer's pool: a reader that keeps a small piece would keep the pool's 8 KiB alive.
  const { buffer, bytesRead } = await file.read(Buffer.allocUnsafeSlow(length), 0, length, at)
  return buffer.subarray(0, bytesRead)
}

/** Makes a folder and those above it, and sees to it that a power cut does not take away the new ones. */
const makeFolder = async (folder: string): Promise<void> => {
  const firstMade = await mkdir(folder, { recursive: true, mode: 0o700 })
  if (firstMade === undefined) return
  for (let made = folder; made.length >= firstMade.length; made = dirname(made))
    await syncFolder(dirname(made))
}

const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
