import { createMemoryContentFileRepository } from '../../src/adapters/memory/memory-content-file-repository.ts'
import { createMemoryObjectStore } from '../../src/adapters/memory/memory-object-store.ts'
import { aNewContentExport, aNewContentFile, aNewContentPart, aNewFileJob } from './builders.ts'
import { createDiskLarder } from './disk-larder.ts'
import { right } from './expect-right.ts'
import { createFaultyObjectStore } from './faulty-object-store.ts'
import { storeBytes } from './library.ts'
import { listen } from './memory-larder.ts'
import { pseudoRandomBytes } from './origins.ts'
import { receive } from './receive.ts'
import { removeScratch } from './scratch.ts'

/**
 * Requests an uncached film of 20 MB from many clients at once. Counts successes, reads of the store and
 * database queries.
 */
export const crowd = async (clients: number) => {
  const bytes = pseudoRandomBytes(20_000_000)
  const faulty = createFaultyObjectStore(createMemoryObjectStore())
  const contentFiles = createMemoryContentFileRepository(() => 0)
  let queries = 0
  const findPart: typeof contentFiles.findPart = (uid) => async () => {
    queries += 1
    return contentFiles.findPart(uid)()
  }
  const larder = await createDiskLarder({
    adapters: { store: faulty.store, contentFiles: { ...contentFiles, findPart } },
  })
  const film = aNewContentFile()
  await right(larder.contentFiles.add(film, aNewFileJob()))
  const part = aNewContentPart({ file: await storeBytes(larder, bytes, 'video/mp4') })
  const mp4 = aNewContentExport({ format: 'mp4', targetDuration: null, parts: [part] })
  await right(larder.contentFiles.addExports(film.uid, [mp4], null))
  const jwt = await right(larder.tokens.mint('content', film.uid, 1800))
  const server = await listen(larder)

  const url = `${server.base}/api/1/content_files/exports/parts/${part.uid}.mp4?jwt=${jwt}`
  const received = await Promise.all(Array.from({ length: clients }, () => receive(url, bytes)))
  await server.close()
  await larder.disk.close()
  await removeScratch()
  const served = received.filter(({ status, isRight, isWhole }) => status === 200 && isRight && isWhole)
  return { served: served.length, reads: faulty.reads(), queries }
}
