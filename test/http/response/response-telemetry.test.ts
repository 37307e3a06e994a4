import { expect } from 'chai'
import { createMemoryBlobCache } from '../../../src/adapters/cache/memory/memory-blob-cache.ts'
import { createMemoryTier } from '../../../src/adapters/cache/memory/memory-cache.ts'
import { createSingleTierCache } from '../../../src/adapters/cache/tiers/cache-tier.ts'
import { createStaleReader } from '../../../src/adapters/cache/tiers/tier-stale-cache.ts'
import { createTieredBlobCache } from '../../../src/adapters/cache/tiers/tiered-blob-cache.ts'
import type { Larder } from '../../../src/composition/larder.ts'
import { unavailable } from '../../../src/domain/shared/errors.ts'
import { TE } from '../../../src/fp.ts'
import { asMonotonic } from '../../support/as-monotonic.ts'
import { right } from '../../support/expect-right.ts'
import { type SeededImage, seedImage } from '../../support/library.ts'
import {
  createMemoryLarder,
  createStandingClock,
  listen,
  type TestServer,
} from '../../support/memory-larder.ts'

describe('telemetry headers of replies (§7.3)', () => {
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

  it('name each tier up to the tier that had the bytes', async () => {
    const server = await start()
    const cold = await get(server)
    expect(await cold.text()).to.equal('the bytes of a picture')
    expect(cold.headers.get('cache-status')).to.match(/^origin; hit, \w+; fwd=miss, memory; fwd=miss$/)
    expect((await get(server)).headers.get('cache-status')).to.equal('memory; hit')
    expect((await get(server, { range: 'bytes=0-1' })).headers.get('cache-status')).to.equal('memory; hit')
  })

  it('name the tier of a list, and of a reply without a body', async () => {
    const server = await start()
    const list = () => server.get(`/api/1/image_files/playlist/${image.uid}?jwt=${image.jwt}`)
    expect((await list()).headers.get('cache-status')).to.equal('origin; hit, memory; fwd=miss')
    for (let n = 0; n < 3; n++) expect((await list()).headers.get('cache-status')).to.equal('memory; hit')

    const etag = (await get(server)).headers.get('etag') ?? ''
    const unchanged = await get(server, { 'if-none-match': etag })
    expect([unchanged.status, unchanged.headers.get('cache-status')]).to.deep.equal([304, 'memory; hit'])
    const several = await get(server, { range: 'bytes=0-1, 5-6' })
    expect([several.status, several.headers.get('cache-status')]).to.deep.equal([206, 'memory; hit'])
  })

  it('report the age of a stale list that is served during an outage (§9.3)', async () => {
    const { clock, advance } = createStandingClock()
    const values = createMemoryTier(2 ** 20)
    const cache = createSingleTierCache(values, clock)
    const stale = createStaleReader(values, clock)
    const up = await createMemoryLarder({ clock, cache, stale })
    const { uid } = await seedImage(up)
    const path = `/api/1/image_files/playlist/${uid}?jwt=${await right(up.tokens.mint('image', uid, 86_400))}`
    larder = up
    await (await start()).get(path)
    advance(900 + 42)
    const down = () => TE.left(unavailable('database')('down'))
    larder = await createMemoryLarder({ ...up, imageFiles: { ...up.imageFiles, listExports: down } })
    const { status, headers } = await (await start()).get(path)
    expect([status, headers.get('cache-status')]).to.deep.equal([200, 'memory; hit; ttl=-42'])
  })

  it('report the duration of each phase', async () => {
    let now = 0
    const server = await start({
      cacheStatus: true,
      stopwatch: asMonotonic(() => {
        now += 2.5
        return now
      }),
    })
    expect((await get(server)).headers.get('server-timing')).to.equal('find;dur=2.5, open;dur=2.5')
    expect((await get(server)).headers.get('server-timing')).to.equal('find;dur=2.5')
    expect((await get(server)).headers.get('server-timing'), 'given again').to.equal('find;dur=0')
  })

  it('are absent when disabled', async () => {
    const { headers } = await get(await start({ cacheStatus: false, stopwatch: null }))
    expect([headers.has('cache-status'), headers.has('server-timing')]).to.deep.equal([false, false])
  })
})
