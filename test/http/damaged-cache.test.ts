import { cp } from 'node:fs/promises'
import { basename } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import type { Adapters } from '../../src/composition/larder.ts'
import { anyDamage, damageFile } from '../support/cache-damage.ts'
import { createDiskLarder, type DiskLarder } from '../support/disk-larder.ts'
import { filesBelow } from '../support/disk-usage.ts'
import { type SeededImage, seedFilm, seedImage } from '../support/library.ts'
import { createMemoryLarder, listen, type TestServer } from '../support/memory-larder.ts'
import { pseudoRandomBytes } from '../support/origins.ts'
import { removeScratch, scratchFolder } from '../support/scratch.ts'

type Ask = { readonly path: string; readonly range?: string }
type Answer = { readonly status: number; readonly body: Buffer }

/** Bodies with the sizes of one hashed chunk, of two, and above the limit of the memory tier. */
const bodies = [
  pseudoRandomBytes(40_000, 3),
  pseudoRandomBytes(1_300_000, 5),
  pseudoRandomBytes(4_500_000, 7),
]

const ranges = ['bytes=10-19', 'bytes=1048570-1048580', 'bytes=-1000', 'bytes=3000000-']

describe('[V22] [R10] a cache with damaged files', () => {
  let adapters: Partial<Adapters>
  let requests: ReadonlyArray<Ask>
  let expected: ReadonlyArray<Answer>
  let intact: string
  let image: SeededImage

  const openOn = (dir: string, blobBytes: number) => createDiskLarder({ adapters, cache: { dir }, blobBytes })

  const sendAll = async (server: TestServer): Promise<ReadonlyArray<Answer>> => {
    const replies: Answer[] = []
    for (const { path, range } of requests) {
      const reply = await server.get(path, range === undefined ? {} : { headers: { range } })
      replies.push({ status: reply.status, body: Buffer.from(await reply.arrayBuffer()) })
    }
    return replies
  }

  const served = async <A>(larder: DiskLarder, work: (server: TestServer) => Promise<A>): Promise<A> => {
    const server = await listen(larder)
    try {
      return await work(server)
    } finally {
      await server.close()
      await larder.disk.close()
    }
  }

  const expectUndamaged = (replies: ReadonlyArray<Answer>, when: string) => {
    for (const [index, { status, body }] of replies.entries()) {
      const what = `${requests[index]?.path} ${requests[index]?.range ?? ''} ${when}`
      expect(status, what).to.equal(expected[index]?.status)
      expect(expected[index]?.body.equals(body), what).to.equal(true)
    }
  }

  before(async () => {
    const plain = await createMemoryLarder()
    adapters = {
      store: plain.store,
      imageFiles: plain.imageFiles,
      contentFiles: plain.contentFiles,
    }
    image = await seedImage(plain, bodies)
    const film = await seedFilm(plain)
    const token = `jwt=${image.jwt}`
    requests = [
      { path: `/api/1/image_files/playlist/${image.uid}?${token}` },
      { path: `/api/1/content_files/${film.uid}/web.json?jwt=${film.jwt}` },
      { path: `/api/1/content_files/${film.uid}/mobile.m3u8?jwt=${film.jwt}` },
      ...image.exports.flatMap(({ uid }) => {
        const path = `/api/1/image_files/image/${uid}.webp?${token}`
        return [{ path }, ...ranges.map((range) => ({ path, range }))]
      }),
    ]
    intact = await scratchFolder()
    await served(await openOn(intact, 64 * 2 ** 20), async (server) => {
      expected = await sendAll(server)
    })
    expect(expected.map(({ status }) => status)).to.include.members([200, 206])
    for (const { status } of expected) expect(status).to.be.oneOf([200, 206, 416])
  })
  after(removeScratch)

  it('returns no wrong byte and no error, whatever the damage to a file', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        anyDamage,
        fc.constantFrom(1, 64 * 2 ** 20),
        fc.boolean(),
        async (pick, damage, blobBytes, isWarm) => {
          const dir = await scratchFolder()
          // The pipes by which processes show that they are alive cannot be copied.
          await cp(intact, dir, { recursive: true, filter: (source) => basename(source) !== 'processes' })
          const files = await filesBelow(dir)
          const path = files[pick % files.length] ?? ''
          const damageOne = () => damageFile(damage, path, files)
          if (!isWarm) await damageOne()
          await served(await openOn(dir, blobBytes), async (server) => {
            if (isWarm) {
              await sendAll(server)
              await damageOne()
            }
            expectUndamaged(await sendAll(server), 'at first')
            expectUndamaged(await sendAll(server), 'again')
          })
        },
      ),
      { numRuns: 25, endOnFailure: true },
    )
  }).timeout(180_000)
})
