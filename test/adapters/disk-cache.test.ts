import { appendFile, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { cacheFolders, idOf } from '../../src/adapters/disk/cache-folders.ts'
import { createJournal } from '../../src/adapters/disk/journal.ts'
import {
  type DiskCache,
  type DiskCacheOptions,
  openDiskCache,
} from '../../src/adapters/disk/open-disk-cache.ts'
import { wholeOf } from '../../src/domain/shared/bytes.ts'
import { unavailable } from '../../src/domain/shared/errors.ts'
import { E, O, TE } from '../../src/fp.ts'
import type { BlobFacts, BlobOrigin } from '../../src/ports/blob-cache.ts'
import type { CacheKey } from '../../src/ports/cache.ts'
import { cacheKeys } from '../../src/ports/cache-keys.ts'
import { blobCacheContract } from '../contracts/blob-cache.contract.ts'
import { cacheContract } from '../contracts/cache.contract.ts'
import { aContentExportUid, aStoredFileUid } from '../support/builders.ts'
import { collect } from '../support/bytes.ts'
import { bytesBelow, filesBelow } from '../support/disk-usage.ts'
import { right } from '../support/expect-right.ts'
import { factsOf, gated, reading, someBytes, wellServed } from '../support/origins.ts'
import { createRecordingLog, silent } from '../support/recording-log.ts'
import { removeScratch, scratchFolder } from '../support/scratch.ts'
import { valueIn } from '../support/value-in.ts'

describe('disk cache', () => {
  const KiB = 1024
  const MiB = 1024 * KiB
  const bytes = someBytes(100_000)
  const opened: DiskCache[] = []

  const openCache = async (options: Partial<DiskCacheOptions> = {}): Promise<DiskCache> => {
    const dir = options.dir ?? (await scratchFolder())
    const log = options.log ?? silent
    const scope = 'http://127.0.0.1:8080'
    const cache = await openDiskCache({ clock: () => 0, scope, maxBytes: 2 ** 30, ...options, dir, log })
    opened.push(cache)
    return cache
  }

  const closeAll = async () => {
    for (const cache of opened.splice(0)) await cache.close()
  }
  afterEach(closeAll)
  after(removeScratch)

  const aBlobKey = (): CacheKey<BlobFacts> => cacheKeys.storedFile({ uid: aStoredFileUid() })
  const aTextKey = (): CacheKey<string> => cacheKeys.vodPlaylist({ uid: aContentExportUid() })
  const noOrigin: BlobOrigin = () => TE.left(unavailable('object store')('down'))

  const read = (cache: DiskCache, key: CacheKey<BlobFacts>, blob: Buffer, origin: BlobOrigin) =>
    right(cache.blobs.read(key, factsOf(blob), wholeOf(blob.length), origin))

  /** Brings a blob in, and waits until it is kept. */
  const keep = async (cache: DiskCache, key: CacheKey<BlobFacts>, blob: Buffer) => {
    expect((await collect(await read(cache, key, blob, wellServed(blob).origin))).equals(blob)).to.equal(true)
    await cache.settled()
  }
  const isHeld = async (cache: DiskCache, key: CacheKey<BlobFacts>, blob: Buffer): Promise<boolean> => {
    const stream = await cache.blobs.read(key, factsOf(blob), { start: 0, end: 1 }, noOrigin)()
    if (E.isRight(stream)) await collect(stream.right)
    return E.isRight(stream)
  }

  describe('values', () => {
    cacheContract(async (clock) => (await openCache({ clock })).cache)
  })

  describe('blobs', () => {
    blobCacheContract(async (fill) => (await openCache({ fill })).blobs)
  })

  describe('the budget', () => {
    it('is one for values and blobs, in blocks of the disk, and is kept', async () => {
      const dir = await scratchFolder()
      const cache = await openCache({ dir, maxBytes: MiB })
      for (let n = 0; n < 20; n++) {
        await keep(cache, aBlobKey(), bytes)
        for (let m = 0; m < 10; m++) await right(cache.cache.set(aTextKey(), 'small'))
        const { values, blobs } = cacheFolders(dir)
        const used = (await bytesBelow(values)) + (await bytesBelow(blobs))
        expect(used).to.be.at.most(MiB)
        expect(cache.held().bytes).to.equal(used)
      }
    })

    it('lets go first of what is not asked for', async () => {
      const cache = await openCache({ maxBytes: MiB })
      const wanted = aBlobKey()
      await keep(cache, wanted, bytes)
      for (let n = 0; n < 30; n++) {
        expect(await isHeld(cache, wanted, bytes), `after ${n} others`).to.equal(true)
        await keep(cache, aBlobKey(), someBytes(100_000, n))
      }
    })

    it('does not disturb a reader whose blob it lets go of', async () => {
      const cache = await openCache({ maxBytes: MiB })
      const key = aBlobKey()
      await keep(cache, key, bytes)
      const reader = reading(await read(cache, key, bytes, noOrigin))
      await reader.upTo(1)
      for (let n = 0; n < 30; n++) await keep(cache, aBlobKey(), someBytes(100_000, n))
      expect(await isHeld(cache, key, bytes)).to.equal(false)
      await reader.upTo(bytes.length)
      expect(reader.got().equals(bytes)).to.equal(true)
    })

    it('does not keep what is larger than all of it, and serves that all the same', async () => {
      const dir = await scratchFolder()
      const cache = await openCache({ dir, maxBytes: 64 * KiB })
      const key = aBlobKey()
      expect((await collect(await read(cache, key, bytes, wellServed(bytes).origin))).equals(bytes)).to.equal(
        true,
      )
      expect(await isHeld(cache, key, bytes)).to.equal(false)
      expect(await bytesBelow(cacheFolders(dir).blobs).catch(() => 0)).to.equal(0)
    })

    it('knows after a restart what lies there', async () => {
      const dir = await scratchFolder()
      const before = await openCache({ dir })
      const key = aBlobKey()
      await keep(before, key, bytes)
      await right(before.cache.set(aTextKey(), 'small'))
      await right(before.cache.delete(aTextKey()))
      const held = before.held()
      await closeAll()
      const after = await openCache({ dir })
      expect(after.held()).to.deep.equal(held)
      expect(await isHeld(after, key, bytes)).to.equal(true)
    })

    it('is shared with another process on the same folder', async () => {
      const dir = await scratchFolder()
      const [one, other] = [await openCache({ dir, maxBytes: MiB }), await openCache({ dir, maxBytes: MiB })]
      for (let n = 0; n < 20; n++) await keep(n % 2 === 0 ? one : other, aBlobKey(), bytes)
      expect(await bytesBelow(cacheFolders(dir).blobs)).to.be.at.most(MiB)
    })
  })

  describe('the journal', () => {
    it('may be torn, hold garbage, or be gone: the sweep finds what lies there', async () => {
      const dir = await scratchFolder()
      const { journal } = cacheFolders(dir)
      const key = aBlobKey()
      const text = aTextKey()
      const first = await openCache({ dir })
      await keep(first, key, bytes)
      await right(first.cache.set(text, 'small'))
      const held = first.held()
      const damages = [
        () => rm(journal),
        () => writeFile(journal, 'x'.repeat(1001)),
        async () => truncate(journal, (await readFile(journal)).length - 7),
      ]
      for (const damage of damages) {
        await closeAll()
        await damage()
        const cache = await openCache({ dir })
        expect(await isHeld(cache, key, bytes)).to.equal(true)
        await cache.sweep()
        expect(cache.held()).to.deep.equal(held)
      }
    })

    it('goes on being read after a record that was cut off', async () => {
      const dir = await scratchFolder()
      const first = await openCache({ dir })
      await right(first.cache.set(aTextKey(), 'small'))
      await appendFile(cacheFolders(dir).journal, 'cut off')
      await right(first.cache.set(aTextKey(), 'small'))
      await closeAll()
      expect((await openCache({ dir })).held().entries).to.equal(2)
    })

    it('is written anew when it has grown out of proportion', async () => {
      const dir = await scratchFolder()
      const path = cacheFolders(dir).journal
      const journal = createJournal(path, join(dir, 'new'))
      const id = Buffer.alloc(32, 7)
      for (let n = 0; n < 10; n++)
        await journal.append(Array.from({ length: 1100 }, () => ({ op: 'kept', id, blocks: 1, mark: 0 })))
      await journal.close()
      const cache = await openCache({ dir })
      await right(cache.cache.set(aTextKey(), 'small'))
      expect((await readFile(path)).length).to.be.below(5 * 40)
      await right(cache.cache.set(aTextKey(), 'small'))
      await closeAll()
      expect((await openCache({ dir })).held().entries).to.be.at.least(2)
    })
  })

  describe('the sweep', () => {
    it('removes what belongs to nothing, and nothing else', async () => {
      const dir = await scratchFolder()
      const { blobs, fills } = cacheFolders(dir)
      const cache = await openCache({ dir })
      const key = aBlobKey()
      await keep(cache, key, bytes)
      const orphan = idOf('no such key')
      const dead = `${orphan}.999999999-1.1.part`
      await mkdir(join(blobs, orphan.slice(0, 2)), { recursive: true })
      await writeFile(join(blobs, orphan.slice(0, 2), orphan), 'orphan')
      await writeFile(join(fills, dead), 'half a blob')
      await writeFile(join(fills, 'journal.999999999-1.0.part'), 'half a journal')
      await writeFile(join(dir, 'not-ours.txt'), 'stays')

      expect(await cache.sweep()).to.deep.include({ removed: 3, missed: 0 })
      const names = (await filesBelow(dir)).map((path) => path.slice(dir.length + 1)).sort()
      const id = idOf(key.name)
      expect(names).to.deep.equal([
        `blobs/${id.slice(0, 2)}/${id}`,
        'journal',
        'not-ours.txt',
        `values/${id}`,
      ])
    })

    it('leaves a fill alone that is under way', async () => {
      const cache = await openCache()
      const key = aBlobKey()
      const { origin, openTo } = gated(bytes)
      openTo(50_000)
      const reader = reading(await read(cache, key, bytes, origin))
      await cache.sweep()
      openTo(bytes.length)
      await reader.upTo(bytes.length)
      expect(reader.got().equals(bytes)).to.equal(true)
      await collect(await read(cache, key, bytes, noOrigin))
    })

    it('strikes out what has been deleted under it', async () => {
      const dir = await scratchFolder()
      const cache = await openCache({ dir })
      await keep(cache, aBlobKey(), bytes)
      await right(cache.cache.set(aTextKey(), 'small'))
      await rm(cacheFolders(dir).blobs, { recursive: true })
      expect(await cache.sweep()).to.deep.include({ missed: 1 })
      expect(cache.held()).to.deep.equal({ bytes: 4096, entries: 1 })
    })
  })

  describe('damage', () => {
    it('a blob that has become shorter is a miss, and is brought in again', async () => {
      const dir = await scratchFolder()
      const cache = await openCache({ dir })
      const key = aBlobKey()
      await keep(cache, key, bytes)
      await truncate(cacheFolders(dir).blob(idOf(key.name)), bytes.length - 1)
      await keep(cache, key, bytes)
    })

    it('a blob that becomes shorter while it is read is read on from the origin', async () => {
      const dir = await scratchFolder()
      const cache = await openCache({ dir })
      const key = aBlobKey()
      const large = someBytes(MiB)
      await keep(cache, key, large)
      const reader = reading(await read(cache, key, large, wellServed(large).origin))
      await reader.upTo(1000)
      await truncate(cacheFolders(dir).blob(idOf(key.name)), 70_000)
      await reader.upTo(large.length)
      expect(reader.got().equals(large)).to.equal(true)
    })

    it('a flipped bit is found by the scrub, and the blob is brought in again', async () => {
      const dir = await scratchFolder()
      const cache = await openCache({ dir })
      const [good, bad] = [aBlobKey(), aBlobKey()]
      await keep(cache, good, bytes)
      await keep(cache, bad, bytes)
      const path = cacheFolders(dir).blob(idOf(bad.name))
      const flipped = await readFile(path)
      flipped[5000] = (flipped[5000] ?? 0) ^ 1
      await writeFile(path, flipped)
      expect(await cache.scrub()).to.deep.equal({ checked: 2, bad: 1 })
      expect(await isHeld(cache, bad, bytes)).to.equal(false)
      expect(await isHeld(cache, good, bytes)).to.equal(true)
      await keep(cache, bad, bytes)
    })

    it('a record that is torn, and a blob without one, are misses', async () => {
      const dir = await scratchFolder()
      const cache = await openCache({ dir })
      const key = aBlobKey()
      await keep(cache, key, bytes)
      await truncate(cacheFolders(dir).value(idOf(key.name)), 20)
      await keep(cache, key, bytes)
      await rm(cacheFolders(dir).value(idOf(key.name)))
      await keep(cache, key, bytes)
    })
  })

  describe('a folder that is no good', () => {
    it('does not keep it from starting, nor from answering, and is told of once', async () => {
      const file = join(await scratchFolder(), 'a-file')
      await writeFile(file, '')
      const { log, entries } = createRecordingLog()
      const cache = await openCache({ dir: join(file, 'cache'), log })
      for (let n = 0; n < 3; n++) {
        const served = await collect(await read(cache, aBlobKey(), bytes, wellServed(bytes).origin))
        expect(served.equals(bytes)).to.equal(true)
      }
      expect(E.isLeft(await cache.cache.set(aTextKey(), 'small')())).to.equal(true)
      expect(entries.map(({ event }) => event)).to.deep.equal(['cache.unwritable'])
    })

    it('that vanishes while it is in use is made again', async () => {
      const dir = await scratchFolder()
      const cache = await openCache({ dir })
      const key = aBlobKey()
      await keep(cache, key, bytes)
      const { origin, openTo } = gated(someBytes(100_000, 3))
      openTo(50_000)
      const reader = reading(await read(cache, aBlobKey(), someBytes(100_000, 3), origin))
      await reader.upTo(50_000)
      await rm(dir, { recursive: true })
      openTo(100_000)
      await reader.upTo(100_000)
      expect(reader.got().equals(someBytes(100_000, 3))).to.equal(true)
      await keep(cache, key, bytes)
      const text = aTextKey()
      await right(cache.cache.set(text, 'small'))
      expect(await valueIn(cache.cache, text)).to.deep.equal(O.some('small'))
      expect((await readdir(dir)).sort()).to.include.members(['blobs', 'fills', 'journal', 'values'])
    })
  })
})
