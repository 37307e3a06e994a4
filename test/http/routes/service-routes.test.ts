import { expect } from 'chai'
import { createMemoryTier } from '../../../src/adapters/cache/memory/memory-cache.ts'
import { createCacheMeter } from '../../../src/adapters/cache/tiers/cache-meter.ts'
import { createSingleTierCache } from '../../../src/adapters/cache/tiers/cache-tier.ts'
import { createMeteredTier } from '../../../src/adapters/cache/tiers/metered-tier.ts'
import { unavailable } from '../../../src/domain/shared/errors.ts'
import { TE } from '../../../src/fp.ts'
import { asMonotonic } from '../../support/as-monotonic.ts'
import { anImageExportUid, anImageFileUid } from '../../support/builders.ts'
import { contractParagraphs } from '../../support/contract.ts'
import { right } from '../../support/expect-right.ts'
import { bearer, createMemoryLarder, listen } from '../../support/memory-larder.ts'

const down = TE.left(unavailable('database')(new Error('connect ECONNREFUSED 10.1.2.3:5432')))

describe('all routes', () => {
  it('have one error format for missing paths and methods (§1.4)', async () => {
    const server = await listen(await createMemoryLarder())
    const nowhere = await server.get('/api/1/nowhere')
    expect(nowhere.status).to.equal(404)
    expect(await nowhere.json()).to.have.all.keys('type', 'message', 'markdown')

    const posted = await server.get(`/api/1/image_files/playlist/${anImageFileUid()}`, { method: 'POST' })
    expect(posted.status).to.equal(405)
    expect(posted.headers.get('allow')).to.equal('HEAD, GET, OPTIONS')
    expect(posted.headers.get('referrer-policy')).to.equal('no-referrer')
    expect(posted.headers.get('cache-control')).to.equal('no-store')
    await server.close()
  })

  it('support each method in Allow', async () => {
    const larder = await createMemoryLarder()
    const server = await listen(larder)
    await right(larder.admins.setAdmin('zoë', true))
    const admin = bearer(await right(larder.admins.mintIdToken('zoë')))
    for (const path of [
      ...['/', '/console', '/healthz', '/readyz', '/console/assets/watch.js', '/console/watch/if_a'],
      ...['/api/1/admin/me', '/api/1/admin/cache', '/api/1/content_files/cf_a/mobile.m3u8'],
    ]) {
      const { status, headers } = await server.get(path, { method: 'DELETE' })
      expect(status, path).to.equal(405)
      const allowed = headers.get('allow')?.split(', ') ?? []
      expect(allowed, path).to.include.members(['GET', 'HEAD', 'OPTIONS'])
      for (const method of allowed)
        expect((await server.get(path, { ...admin, method })).status, `${method} ${path}`).not.to.equal(405)
      expect((await server.get(path, { method: 'OPTIONS' })).status, path).to.equal(204)
    }
    await server.close()
  })

  it('have CORS on media, and none on admin routes (§7.4)', async () => {
    const server = await listen(await createMemoryLarder())
    const preflight = { method: 'OPTIONS', headers: { origin: 'https://www.example.org' } }
    const media = await server.get(`/api/1/image_files/image/${anImageExportUid()}.webp`, preflight)
    expect(media.status).to.equal(204)
    expect(media.headers.get('access-control-allow-origin')).to.equal('*')
    // A client that cannot send a token with EventSource reads the stream of §5.11 by fetch, with this header.
    for (const header of ['Range', 'Last-Event-ID'])
      expect(media.headers.get('access-control-allow-headers')).to.include(header)
    const admin = await server.get('/api/1/admin/me', preflight)
    expect(admin.headers.get('access-control-allow-origin')).to.equal(null)
    await server.close()
  })

  it('report by /readyz which dependency is down, but not why (§10)', async () => {
    const well = await listen(await createMemoryLarder())
    expect((await well.get('/healthz')).status).to.equal(200)
    const ready = await well.get('/readyz')
    expect(ready.status).to.equal(200)
    expect(await ready.json()).to.deep.equal({
      status: 'ready',
      checks: { database: 'ok', 'object store': 'ok', cache: 'ok', bus: 'ok' },
    })
    await well.close()

    const broken = { database: { migrate: down, check: down } }
    const impaired = await listen(await createMemoryLarder(broken))
    const degraded = await impaired.get('/readyz')
    expect(degraded.status).to.equal(200)
    expect(await degraded.json()).to.deep.equal({
      status: 'degraded',
      checks: { database: 'down', 'object store': 'ok', cache: 'ok', bus: 'ok' },
    })
    await impaired.close()

    const dead = await listen(await createMemoryLarder({ ...broken, cacheCheck: down }))
    expect((await dead.get('/readyz')).status).to.equal(503)
    await dead.close()
  })

  it('get 503 with Retry-After, without the cause, when a dependency is down', async () => {
    const larder = await createMemoryLarder()
    const imageFiles = { ...larder.imageFiles, listExports: () => down }
    const server = await listen(await createMemoryLarder({ imageFiles }))
    const uid = anImageFileUid()
    const jwt = await right(larder.tokens.mint('image', uid, 60))
    const response = await server.get(`/api/1/image_files/playlist/${uid}?jwt=${jwt}`)
    expect(response.status).to.equal(503)
    expect(response.headers.get('retry-after')).to.equal('2')
    expect(await response.text()).not.to.match(/ECONNREFUSED|10\.1\.2\.3|jwt/)
    await server.close()
  })
})

describe('GET /api/1/admin/cache (§8.2)', () => {
  it('reports the counters of each tier and key family, only to admins (W27)', async () => {
    const meter = createCacheMeter(asMonotonic(() => 0))
    const memory = meter.tier('memory')
    const cache = createSingleTierCache(
      createMeteredTier(createMemoryTier(1_000_000), () => 0, memory),
      () => 0,
    )
    const larder = await createMemoryLarder({ cache, cacheStats: meter.stats })
    const server = await listen(larder)
    await right(larder.admins.setAdmin('zoë', true))
    const jwt = await right(larder.admins.mintIdToken('zoë'))
    expect((await server.get('/api/1/admin/cache')).status).to.equal(401)

    await server.get('/api/1/admin/me', bearer(jwt))
    const { counts } = (await (await server.get('/api/1/admin/cache', bearer(jwt))).json()) as {
      counts: ReadonlyArray<Record<string, unknown>>
    }
    expect(counts).to.have.length(1)
    expect(counts[0]).to.include({ tier: 'memory', family: 'auth:is_admin:{sub}', hits: 1, misses: 1 })
    await server.close()
  })
})

describe('GET /api/1/admin/background (§8.2)', () => {
  it('[V24] reports what each task has done, only to admins', async () => {
    const larder = await createMemoryLarder()
    const server = await listen(larder)
    await right(larder.admins.setAdmin('zoë', true))
    const jwt = await right(larder.admins.mintIdToken('zoë'))
    larder.background.start({ name: 'looking', run: () => TE.right('done' as const) })
    expect((await server.get('/api/1/admin/background')).status).to.equal(401)
    const response = await server.get('/api/1/admin/background', bearer(jwt))
    const looking = { task: 'looking', state: 'done', runs: 1, failures: 0, last_failure: null }
    expect(await response.json()).to.deep.equal({ tasks: [looking] })
    const documented = contractParagraphs().find(({ number }) => number === '8.2')?.text ?? ''
    for (const field of ['tasks', ...Object.keys(looking)]) expect(documented).to.include(`\`${field}\``)
    await server.close()
  })
})

describe('GET /api/1/admin/me (§8.1)', () => {
  it('replies only to admins', async () => {
    const larder = await createMemoryLarder()
    const server = await listen(larder)
    const statusFor = async (init?: RequestInit) => (await server.get('/api/1/admin/me', init)).status
    const jwt = await right(larder.admins.mintIdToken('zoë'))
    expect(await statusFor()).to.equal(401)
    expect(await statusFor({ headers: { authorization: 'Basic eDp5' } })).to.equal(401)
    expect(await statusFor(bearer('rubbish'))).to.equal(403)
    expect(await statusFor(bearer(await right(larder.tokens.mint('image', 'zoë', 60))))).to.equal(403)
    expect(await statusFor(bearer(jwt))).to.equal(403)

    await right(larder.admins.setAdmin('zoë', true))
    const response = await server.get('/api/1/admin/me', bearer(jwt))
    expect(response.status).to.equal(200)
    expect(await response.json()).to.deep.equal({ sub: 'zoë', admin: true })

    await right(larder.admins.setAdmin('zoë', false))
    expect(await statusFor(bearer(jwt))).to.equal(403)
    await server.close()
  })
})
