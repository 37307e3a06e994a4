import { appendFile, mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { cacheFolders, cacheIdOf } from '../../../src/adapters/cache/disk/cache-folders.ts'
import { createJournal } from '../../../src/adapters/cache/disk/journal.ts'
import { currentProcessIdentity } from '../../../src/adapters/platform/process-identity.ts'
import { localProcessLiveness } from '../../../src/adapters/platform/process-liveness.ts'
import { collect } from '../../support/bytes.ts'
import { cacheValue } from '../../support/cache-value.ts'
import {
  aBlobKey,
  aTextKey,
  blobBytes,
  cacheBlob,
  createDiskCaches,
  isCached,
  noOrigin,
  readBlob,
} from '../../support/disk-caches.ts'
import { filesBelow } from '../../support/disk-usage.ts'
import { right } from '../../support/expect-right.ts'
import { createChunkReader, createGatedOrigin } from '../../support/origins.ts'
import { removeScratch, scratchFolder } from '../../support/scratch.ts'

describe('the maintenance of the disk cache', () => {
  const caches = createDiskCaches()
  afterEach(caches.closeAll)
  after(removeScratch)

  describe('the journal', () => {
    it('may be torn, contain garbage, or be missing: the sweep restores the accounting', async () => {
      const dir = await scratchFolder()
      const { journal } = cacheFolders(dir)
      const key = aBlobKey()
      const text = aTextKey()
      const first = await caches.open({ dir })
      await cacheBlob(first, key, blobBytes)
      await right(cacheValue(first.cache, text, 'small'))
      const accounted = first.usage()
      const damages = [
        () => rm(journal),
        () => writeFile(journal, 'x'.repeat(1001)),
        async () => truncate(journal, (await readFile(journal)).length - 7),
      ]
      for (const damage of damages) {
        await caches.closeAll()
        await damage()
        const cache = await caches.open({ dir })
        expect(await isCached(cache, key, blobBytes)).to.equal(true)
        await cache.sweep()
        expect(cache.usage()).to.deep.equal(accounted)
      }
    })

    it('is read past a truncated record', async () => {
      const dir = await scratchFolder()
      const first = await caches.open({ dir })
      await right(cacheValue(first.cache, aTextKey(), 'small'))
      await first.settled()
      await appendFile(cacheFolders(dir).journal, 'cut off')
      await right(cacheValue(first.cache, aTextKey(), 'small'))
      await caches.closeAll()
      expect((await caches.open({ dir })).usage().entries).to.equal(2)
    })

    it('is compacted when it has grown too long', async () => {
      const dir = await scratchFolder()
      const path = cacheFolders(dir).journal
      const journal = createJournal(path, () => join(dir, 'new'), localProcessLiveness)
      const id = Buffer.alloc(32, 7)
      for (let n = 0; n < 10; n++)
        await journal.append(Array.from({ length: 1100 }, () => ({ op: 'stored', id, blocks: 1, flags: 0 })))
      await journal.close()
      const cache = await caches.open({ dir })
      await right(cacheValue(cache.cache, aTextKey(), 'small'))
      await cache.settled()
      expect((await readFile(path)).length).to.be.below(5 * 40)
      await right(cacheValue(cache.cache, aTextKey(), 'small'))
      await caches.closeAll()
      expect((await caches.open({ dir })).usage().entries).to.be.at.least(2)
    })
  })

  describe('the sweep', () => {
    it('removes orphaned files, and no others', async () => {
      const dir = await scratchFolder()
      const { blobs, fills } = cacheFolders(dir)
      const cache = await caches.open({ dir })
      const key = aBlobKey()
      await cacheBlob(cache, key, blobBytes)
      const orphan = cacheIdOf('no such key')
      const exited = currentProcessIdentity.replace(/\d+$/, '1')
      const dead = `${orphan}.${exited}.1.part`
      await mkdir(join(blobs, orphan.slice(0, 2)), { recursive: true })
      await writeFile(join(blobs, orphan.slice(0, 2), orphan), 'orphan')
      await writeFile(join(fills, dead), 'half a blob')
      await writeFile(join(fills, `journal.${exited}.0.part`), 'half a journal')
      await writeFile(join(dir, 'not-ours.txt'), 'stays')

      expect(await cache.sweep()).to.deep.include({ removed: 3, missed: 0 })
      const names = (await filesBelow(dir)).map((path) => path.slice(dir.length + 1)).sort()
      const id = cacheIdOf(key.name)
      expect(names).to.deep.equal([
        `blobs/${id.slice(0, 2)}/${id}`,
        'journal',
        'not-ours.txt',
        `values/${id}`,
      ])
    })

    it('does not disturb a running fill', async () => {
      const cache = await caches.open()
      const key = aBlobKey()
      const { origin, openTo } = createGatedOrigin(blobBytes)
      openTo(50_000)
      const reader = createChunkReader(await readBlob(cache, key, blobBytes, origin))
      await cache.sweep()
      openTo(blobBytes.length)
      await reader.upTo(blobBytes.length)
      expect(reader.received().equals(blobBytes)).to.equal(true)
      await collect(await readBlob(cache, key, blobBytes, noOrigin))
    })

    it('drops entries whose files were deleted', async () => {
      const dir = await scratchFolder()
      const cache = await caches.open({ dir })
      await cacheBlob(cache, aBlobKey(), blobBytes)
      await right(cacheValue(cache.cache, aTextKey(), 'small'))
      await rm(cacheFolders(dir).blobs, { recursive: true })
      expect(await cache.sweep()).to.deep.include({ missed: 1 })
      expect(cache.usage()).to.deep.equal({ bytes: 4096, entries: 1 })
    })
  })
})
