import { randomInt } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { type CacheFolders, cacheFolders } from '../../src/adapters/cache/disk/cache-folders.ts'
import { openDiskCache } from '../../src/adapters/cache/disk/open-disk-cache.ts'
import { createFsObjectStore } from '../../src/adapters/fs/fs-object-store.ts'
import { formatTokenKeys } from '../../src/adapters/jose/token-keys.ts'
import { createKnexContentFileRepository } from '../../src/adapters/knex/knex-content-file-repository.ts'
import { createKnexImageFileRepository } from '../../src/adapters/knex/knex-image-file-repository.ts'
import { localProcessLiveness } from '../../src/adapters/platform/process-liveness.ts'
import { inChunks, sha256 } from '../support/bytes.ts'
import { bytesBelow } from '../support/disk-usage.ts'
import { right } from '../support/expect-right.ts'
import { type SeededImage, seedImage } from '../support/library.ts'
import { createMemoryLarder, testKeys } from '../support/memory-larder.ts'
import { pseudoRandomBytes } from '../support/origins.ts'
import { connectionUrl, withDatabase } from '../support/postgres.ts'
import { receive } from '../support/receive.ts'
import { silentLog } from '../support/recording-log.ts'
import { serveLarder } from '../support/run-larder.ts'
import { removeScratch, scratchFolder } from '../support/scratch.ts'

const rounds = 12
const MB = 1_000_000
/**
 * Sizes of blobs (bytes). In total they are twice the cache size, so that there are always fills and
 * evictions.
 */
const sizes = [300_000, 2 * MB, 5 * MB, 9 * MB, 12 * MB, 12 * MB, 14 * MB, 14 * MB, 15 * MB]
const cacheMaxBytes = 40 * MB

const seed = Number(process.env.CRASH_SEED ?? randomInt(2 ** 31))

/** Returns a generator of integers below `max`. One seed always yields the same integers. */
const createDice = (from: number): ((max: number) => number) => {
  const bytes = pseudoRandomBytes(2 ** 16, from)
  let at = 0
  return (max) => {
    at = (at + 4) % (bytes.length - 4)
    return bytes.readUInt32LE(at) % max
  }
}

describe(`larder serve, killed repeatedly during fills (R3; CRASH_SEED=${seed})`, () => {
  const database = withDatabase()
  const dice = createDice(seed)
  const bodies = sizes.map((size, at) => pseudoRandomBytes(size, at + 1))
  let dataDir: string
  let dir: string
  let folders: CacheFolders
  let image: SeededImage
  let env: Readonly<Record<string, string>>

  before(async () => {
    dataDir = await scratchFolder()
    dir = join(dataDir, 'cache')
    folders = cacheFolders(dir)
    const larder = await createMemoryLarder({
      clock: Date.now,
      store: createFsObjectStore(join(dataDir, 'objects'), localProcessLiveness),
      imageFiles: createKnexImageFileRepository(database.knex()),
      contentFiles: createKnexContentFileRepository(database.knex()),
    })
    image = await seedImage(larder, bodies)
    // A sweep reports rows whose objects are missing, also that of the original.
    const file = await right(larder.imageFiles.findIngested(image.uid))
    const { key, size } = file._tag === 'Some' ? file.value.original : expect.fail('no file')
    const original = Buffer.alloc(size)
    const object = {
      contentType: 'image/jpeg',
      size,
      sha256: sha256(original),
      open: () => inChunks(original),
    }
    await right(larder.store.put(key, object))
    env = {
      DATA_DIR: dataDir,
      DATABASE_URL: connectionUrl(database.connection()),
      IMAGE_TOKEN_KEYS: formatTokenKeys([testKeys.image]),
      CACHE_MAX_BYTES: String(cacheMaxBytes),
      CACHE_MEMORY_BYTES: String(8 * MB),
    }
  })
  after(removeScratch)

  const urlAt = (base: string, at: number): string =>
    `${base}/api/1/image_files/image/${image.exports[at]?.uid}.webp?jwt=${image.jwt}`

  /**
   * Reads a whole object, or a random range to its end. All received bytes must be right, even if the reply
   * is truncated.
   */
  const readOne = async (base: string, at: number, onBytes: (count: number) => void) => {
    const body = bodies[at] ?? Buffer.alloc(0)
    const from = dice(3) === 0 ? dice(body.length) : 0
    const headers = from === 0 ? {} : { range: `bytes=${from}-` }
    const received = await receive(urlAt(base, at), body.subarray(from), { headers, onBytes })
    expect({ ...received, at, from }).to.include({ isRight: true })
    return received
  }

  const expectAllRight = async (base: string): Promise<void> => {
    for (const [at, body] of bodies.entries())
      expect(await receive(urlAt(base, at), body)).to.deep.equal({
        status: 200,
        bytes: body.length,
        isRight: true,
        isWhole: true,
      })
  }

  /** Starts six clients that read one object after another, until the server is killed. */
  const readUntilKilled = async (base: string, onBytes: (count: number) => void): Promise<void> => {
    const client = async () => {
      for (let isAlive = true; isAlive; ) {
        const { isWhole } = await readOne(base, dice(bodies.length), onBytes)
        isAlive = isWhole
      }
    }
    await Promise.all(Array.from({ length: 6 }, client))
  }

  it(`serves no wrong byte before and after, and has no stray files after one sweep: ${rounds} times`, async () => {
    let cutOff = 0
    for (let round = 0; round < rounds; round += 1) {
      const { base, end } = await serveLarder(env)
      if (round % 3 === 2) await expectAllRight(base)
      let left = dice(60 * MB)
      let killed: Promise<unknown> | undefined
      await readUntilKilled(base, (count) => {
        left -= count
        if (left <= 0) killed ??= end('SIGKILL')
      })
      await killed
      cutOff += (await readdir(folders.fills)).filter((name) => name.endsWith('.lock')).length
    }
    expect(cutOff, 'fills that a kill interrupted').to.be.above(0)

    const { base, end, err } = await serveLarder(env)
    await expectAllRight(base)
    expect(await end('SIGTERM')).to.equal(0)
    expect(err).to.deep.equal([])

    const options = { clock: Date.now, log: silentLog, scope: base, maxBytes: cacheMaxBytes }
    const cache = await openDiskCache({ ...options, dir })
    await cache.sweep()
    expect(await readdir(folders.fills)).to.deep.equal([])
    expect(await cache.sweep()).to.deep.equal({ removed: 0, adopted: 0, missed: 0 })
    const { bytes } = cache.usage()
    expect(bytes).to.be.within(1, cacheMaxBytes)
    await cache.close()
    expect(await bytesBelow(dir)).to.be.below(cacheMaxBytes + MB)
  }).timeout(240_000)
})
