import { expect } from 'chai'
import { createServices } from '../../../src/composition/larder.ts'
import type { InstanceUid } from '../../../src/domain/media/ids.ts'
import { unavailable } from '../../../src/domain/shared/errors.ts'
import { O, TE } from '../../../src/fp.ts'
import { cacheKeys } from '../../../src/ports/cache-keys.ts'
import { anImageFileUid, aStoredFileUid } from '../../support/builders.ts'
import { cacheValue } from '../../support/cache-value.ts'
import { cachedValue } from '../../support/cached-value.ts'
import { right } from '../../support/expect-right.ts'
import {
  bearer,
  createMemoryLarder,
  listen,
  publicUrl,
  type TestServer,
} from '../../support/memory-larder.ts'

describe('purging (§9.7) and instances (§9.8)', () => {
  const instance = 'ins_1' as InstanceUid
  const uid = anImageFileUid()
  const key = cacheKeys.imagePublic({ uid })
  let larder: Awaited<ReturnType<typeof createMemoryLarder>>
  let server: TestServer
  let admin: RequestInit

  before(async () => {
    larder = await createMemoryLarder()
    server = await listen(larder)
    await right(larder.admins.setAdmin('zoë', true))
    admin = bearer(await right(larder.admins.mintIdToken('zoë')))
    const session = await right(larder.bus.open(() => undefined))
    const position = await right(session.catchUp(null, larder.cache.invalidate))
    await session.close()
    await right(
      larder.instances.report({ uid: instance, version: '1.0.0', position, cacheBytes: 7, hitRatio: 0.5 }),
    )
  })
  after(() => server.close())

  const purge = (body: unknown, init = admin) =>
    server.get('/api/1/admin/cache/purge', {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { ...init.headers, 'content-type': 'application/json' },
    })

  it('purges a key, a uid or a family, and returns a receipt of each instance', async () => {
    for (const body of [{ key: key.name }, { uid }, { family: key.family }]) {
      await right(cacheValue(larder.cache, key, true))
      const response = await purge(body)
      expect(response.status, JSON.stringify(body)).to.equal(200)
      const receipt = (await response.json()) as { readonly uid: string; readonly instances: unknown }
      expect(receipt.instances).to.deep.equal([
        { instance, state: 'waiting', at: new Date(larder.clock()).toISOString() },
      ])
      expect(await cachedValue(larder.cache, key)).to.deep.equal(O.none)
      const again = await server.get(`/api/1/admin/cache/purges/${receipt.uid}`, admin)
      expect(await again.json()).to.deep.equal(receipt)
    }
  })

  it('says that a purge was made whose receipts cannot be read, and asks the caller to read them later', async () => {
    const { instances } = larder
    const down = createServices(
      { ...larder, instances: { ...instances, findPurge: () => TE.left(unavailable('database')('away')) } },
      {
        publicUrl,
        jobAttempts: 5,
        trashSeconds: 0,
        tokenMaxTtlSeconds: 86_400,
        busMaxCutSeconds: 86_400,
        uploadMaxBytes: 1024,
        fetchSeconds: 1,
      },
    )
    const other = await listen({ ...larder, freshness: down.freshness })
    const response = await other.get('/api/1/admin/cache/purge', {
      method: 'POST',
      body: JSON.stringify({ uid }),
      headers: { ...admin.headers, 'content-type': 'application/json' },
    })
    await other.close()
    expect(response.status).to.equal(200)
    const receipt = (await response.json()) as { readonly uid: string; readonly instances: unknown }
    expect(receipt.instances).to.equal(null)
    const later = await server.get(`/api/1/admin/cache/purges/${receipt.uid}`, admin)
    expect(later.status).to.equal(200)
  })

  it('refuses what is no key, uid or family, and purges that do not exist', async () => {
    for (const body of [
      { key: 'nothing' },
      { key: 's3_files:' },
      { key: 's3_files:{uid}' },
      { key: key.family },
      { uid: 'a b' },
      { family: 's3_files:{uid}' },
      { family: 'x' },
      {},
      { key: `${key.name}\0` },
      { key: `${key.name}\ud800` },
      { key: `${key.name}${'x'.repeat(600)}` },
      { key: key.name, uid },
      { uid, keys: [] },
    ])
      expect((await purge(body)).status, JSON.stringify(body)).to.equal(422)
    expect((await purge({ key: cacheKeys.storedFile({ uid: aStoredFileUid() }).name })).status).to.equal(200)
    for (const none of ['pu_none', 'a.b', '%00'])
      expect((await server.get(`/api/1/admin/cache/purges/${none}`, admin)).status, none).to.equal(404)
  })

  it('says only what is wrong with the member that was sent, or which members there are', async () => {
    const detailOf = async (body: object): Promise<unknown> =>
      ((await (await purge(body)).json()) as { readonly detail: unknown }).detail
    const name = { loc: ['body', 'key'], msg: 'should be the name of a cache key', type: 'cache_key' }
    expect(await detailOf({ key: 'nothing' })).to.deep.equal([name])
    for (const body of [{}, { key: key.name, uid }])
      expect(await detailOf(body), JSON.stringify(body)).to.deep.equal([
        { loc: ['body'], msg: 'should have exactly one of the members key, uid and family', type: 'object' },
      ])
  })

  it('lists the instances', async () => {
    const at = new Date(larder.clock()).toISOString()
    expect(await (await server.get('/api/1/admin/instances', admin)).json()).to.deep.equal({
      items: [
        {
          ...{ instance, version: '1.0.0', started_at: at, heard_at: at },
          ...{ applied: 0, cache_bytes: 7, hit_ratio: 0.5 },
        },
      ],
    })
  })

  it('is for admins alone', async () => {
    expect((await purge({ uid }, {})).status).to.equal(401)
    for (const path of ['/api/1/admin/instances', '/api/1/admin/cache/purges/pu_1'])
      expect((await server.get(path)).status).to.equal(401)
  })
})
