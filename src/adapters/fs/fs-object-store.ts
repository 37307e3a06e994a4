import { type FileHandle, open, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ByteRange, ByteStream } from '../../domain/media/bytes.ts'
import { unavailable } from '../../domain/shared/errors.ts'
import { O, TE } from '../../fp.ts'
import type { NewObject, ObjectStore } from '../../ports/object-store.ts'
import { createFolder } from '../platform/create-folder.ts'
import { orIfNotFound } from '../platform/errno.ts'
import type { ProcessLiveness } from '../platform/process-liveness.ts'
import { syncFolder } from '../platform/sync-folder.ts'
import { verifyChecksum } from '../store/verify-checksum.ts'
import { createIncomingFolder } from './incoming-folder.ts'
import { isObjectNotFound } from './is-object-not-found.ts'
import { fileNameOfKeySegment } from './key-names.ts'
import { listFolderObjects, listUnfinishedUploads } from './list-objects.ts'

const chunkSize = 128 * 1024
const failed = unavailable('object store')

/**
 * Stores objects as plain files: `s3_files/{uid}` is `{dir}/s3_files/{uid}`. Creates folders when needed. An
 * object is written to a temporary file, synced and renamed. So an object is complete and survives a power
 * loss once `put` has succeeded. Processes can share the folder; processes in different pid namespaces must
 * also share the folder with which they see which processes are alive (process-liveness.ts).
 */
export const createFsObjectStore = (dir: string, liveness: ProcessLiveness): ObjectStore => {
  const incoming = createIncomingFolder(join(dir, '.incoming'), liveness)
  const pathOf = (key: string): string => join(dir, ...key.split('/').map(fileNameOfKeySegment))

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
        const stats = await orIfNotFound(stat(path), null, isObjectNotFound)
        return stats?.isFile() ? O.some(readFrom(path, range)) : O.none
      }, failed),
    delete: (key) =>
      TE.tryCatch(async () => {
        await orIfNotFound(rm(pathOf(key)), undefined, isObjectNotFound)
      }, failed),
    list: (prefix, after) => listFolderObjects(dir, prefix, after),
    unfinishedUploads: () => listUnfinishedUploads(join(dir, '.incoming')),
    check: TE.tryCatch(() => incoming.withNewFile((probe) => writeFile(probe, '', { mode: 0o600 })), failed),
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

/**
 * Yields the bytes of a file. The file is opened by the first read, so that a stream that is never read has
 * no open file descriptor.
 */
async function* readFrom(path: string, { start, end }: ByteRange): ByteStream {
  const file = await open(path, 'r')
  try {
    const until = Math.min(end, (await file.stat()).size)
    for (let position = start; position < until; ) {
      const chunk = await readChunk(file, position, Math.min(chunkSize, until - position))
      if (chunk.length === 0) throw new Error('the file became shorter while it was read')
      position += chunk.length
      yield chunk
    }
  } finally {
    await file.close()
  }
}

const readChunk = async (file: FileHandle, position: number, length: number): Promise<Uint8Array> => {
  // The buffer is not allocated from Buffer's pool: there, a small chunk would keep all 8 KiB of the pool in
  // memory.
  const { buffer, bytesRead } = await file.read(Buffer.allocUnsafeSlow(length), 0, length, position)
  return buffer.subarray(0, bytesRead)
}

/** Creates a folder with its parents, and syncs the parents, so that the new folders survive a power loss. */
const makeFolder = async (folder: string): Promise<void> => {
  const topmost = await createFolder(folder)
  if (topmost === null) return
  for (let created = folder; created.length >= topmost.length; created = dirname(created))
    await syncFolder(dirname(created))
}
