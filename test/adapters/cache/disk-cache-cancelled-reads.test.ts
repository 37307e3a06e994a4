import { readdirSync, readlinkSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { openDiskCache } from '../../../src/adapters/cache/disk/open-disk-cache.ts'
import { createSharedFileReader } from '../../../src/adapters/cache/disk/shared-file-reader.ts'
import { fullRange } from '../../../src/domain/media/bytes.ts'
import { cacheKeys } from '../../../src/ports/cache-keys.ts'
import { aStoredFileUid } from '../../support/builders.ts'
import { collect } from '../../support/bytes.ts'
import { right } from '../../support/expect-right.ts'
import { blobFactsOf, createWorkingOrigin, pseudoRandomBytes } from '../../support/origins.ts'
import { silentLog } from '../../support/recording-log.ts'
import { removeScratch, scratchFolder } from '../../support/scratch.ts'

describe('[V22] a reader of the disk cache that cancels', () => {
  after(removeScratch)

  it('while the first chunk is verified does not affect later readers', async () => {
    const size = 8 * 2 ** 20
    const bytes = pseudoRandomBytes(size)
    const key = cacheKeys.storedFile({ uid: aStoredFileUid() })
    const { origin, requestedRanges } = createWorkingOrigin(bytes)
    const dir = await scratchFolder()
    const open = () => openDiskCache({ dir, clock: () => 0, scope: '', maxBytes: 2 ** 30, log: silentLog })
    let cache = await open()
    const read = () => right(cache.blobs.read(key, blobFactsOf(bytes), fullRange(size), origin))
    await collect(await read())
    for (let round = 0; round < 5; round++) {
      await cache.close()
      cache = await open()
      const iterator = (await read())[Symbol.asyncIterator]()
      const first = iterator.next()
      await iterator.return?.()
      await first
      expect((await collect(await read())).equals(bytes)).to.equal(true)
    }
    await cache.close()
    expect(requestedRanges.length).to.equal(1)
  })

  it('before the file of another process is open leaves no file open', async () => {
    const temporary = join(await scratchFolder(), 'part')
    await writeFile(temporary, 'x')
    for (let times = 0; times < 20; times++) {
      const foreign = createSharedFileReader({
        temporary,
        final: 'none',
        size: 5,
        isWriterAlive: () => true,
        isFilling: async () => true,
      })
      const progress = foreign.progress()
      await foreign.close()
      expect((await progress).state).to.equal('lost')
    }
    const open = readdirSync('/proc/self/fd').filter((descriptor) => {
      try {
        return readlinkSync(`/proc/self/fd/${descriptor}`) === temporary
      } catch {
        return false
      }
    })
    expect(open).to.deep.equal([])
  })
})
