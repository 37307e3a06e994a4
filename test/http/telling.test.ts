import { expect } from 'chai'
import { createTieredBlobCache } from '../../src/adapters/cache-tier/tiered-blob-cache.ts'
import { createMemoryBlobCache } from '../../src/adapters/memory/memory-blob-cache.ts'
import type { Larder } from '../../src/composition.ts'
import { type SeededImage, seedImage } from '../support/library.ts'
import { createMemoryLarder, listen, type TestServer } from '../support/memory-larder.ts'

describe('what replies tell of how they came about (§7.3)', () => {
  let larder: Larder
  let image: SeededImage
  const servers: TestServer[] = []

  const start = async (...telling: [] | [Parameters<typeof listen>[1]]): Promise<TestServer> => {
    const server = await listen(larder, ...telling)
    servers.push(server)
    return server
  }
  const get = (server: TestServer, headers: Record<string, string> = {}) =>
    server.get(`/api/1/image_files/image/${image.exports[0]?.uid}.webp?jwt=${image.jwt}`, { headers })

  beforeEach(async () => {
    const lower = createMemoryBlobCache()
    larder = await createMemoryLarder({
      blobs: createTieredBlobCache({ disk: lower, maxBytes: 1_000_000 }),
    })
    image = await seedImage(larder)
  })
  afterEach(() => Promise.all(servers.splice(0).map(({ close }) => close())))

  it('names each tier that was asked, up to the one that had the bytes', async () => {
    const server = await start()
    const cold = await get(server)
    expect(await cold.text()).to.equal('the bytes of a picture')
    expect(cold.headers.get('cache-status')).to.match(/^origin; hit, \w+; fwd=miss, memory; fwd=miss$/)
    expect((await get(server)).headers.get('cache-status')).to.equal('memory; hit')
    expect((await get(server, { range: 'bytes=0-1' })).headers.get('cache-status')).to.equal('memory; hit')
  })

  it('tells the time of each phase by the stopwatch', async () => {
    let now = 0
    const server = await start({
      cacheStatus: true,
      stopwatch: () => {
        now += 2.5
        return now
      },
    })
    expect((await get(server)).headers.get('server-timing')).to.equal('find;dur=2.5, open;dur=2.5')
    expect((await get(server)).headers.get('server-timing')).to.equal('find;dur=2.5')
  })

  it('says nothing of either when told so', async () => {
    const { headers } = await get(await start({ cacheStatus: false, stopwatch: null }))
    expect([headers.has('cache-status'), headers.has('server-timing')]).to.deep.equal([false, false])
  })
})
