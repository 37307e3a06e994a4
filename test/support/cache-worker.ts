import { createHash } from 'node:crypto'
import * as t from 'io-ts'
import { openDiskCache } from '../../src/adapters/cache/disk/open-disk-cache.ts'
import { fullRange } from '../../src/domain/media/bytes.ts'
import { StoredFileUid } from '../../src/domain/media/ids.ts'
import { unavailable } from '../../src/domain/shared/errors.ts'
import { E, TE } from '../../src/fp.ts'
import { BlobFacts, type BlobOrigin } from '../../src/ports/blob-cache.ts'
import { cacheKeys } from '../../src/ports/cache-keys.ts'
import { silentLog } from './recording-log.ts'

// Runs as its own process with the disk cache of a folder, for tests of processes that share one.
// start-cache-worker.ts starts it with the folder and the address of the origin, and sends it a message for
// each blob to read.

export const ReadOrder = t.strict({ uid: StoredFileUid, facts: BlobFacts })

const [dir = '', origin = ''] = process.argv.slice(2)

const overHttp: BlobOrigin = ({ start, end }) =>
  TE.tryCatch(async () => {
    const response = await fetch(origin, { headers: { range: `bytes=${start}-${end - 1}` } })
    if (response.body === null) throw new Error('no body')
    return response.body
  }, unavailable('object store'))

const run = async () => {
  const { blobs } = await openDiskCache({
    dir,
    clock: Date.now,
    log: silentLog,
    scope: '',
    maxBytes: 2 ** 30,
  })

  process.on('message', async (message) => {
    const order = ReadOrder.decode(message)
    if (E.isLeft(order)) throw new Error('malformed order')
    const { uid, facts } = order.right
    const key = cacheKeys.storedFile({ uid })
    const stream = await blobs.read(key, facts, fullRange(facts.size), overHttp)()
    if (E.isLeft(stream)) {
      process.send?.({ uid, sha256: stream.left._tag })
      return
    }
    process.send?.({ uid, began: true })
    const digest = createHash('sha256')
    for await (const chunk of stream.right) digest.update(chunk)
    process.send?.({ uid, sha256: digest.digest('hex') })
  })
  process.send?.({ ready: true })
}

void run()
