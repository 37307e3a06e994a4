import { expect } from 'chai'
import { SignJWT } from 'jose'
import type { Larder } from '../../../src/composition/larder.ts'
import type { PurgeUid } from '../../../src/domain/media/ids.ts'
import { unavailable } from '../../../src/domain/shared/errors.ts'
import { TE } from '../../../src/fp.ts'
import { right } from '../../support/expect-right.ts'
import { type SeededFilm, type SeededImage, seedFilm, seedImage } from '../../support/library.ts'
import {
  createMemoryLarder,
  createStandingClock,
  listen,
  type TestServer,
  testKeys,
} from '../../support/memory-larder.ts'
import { createRecordingLog } from '../../support/recording-log.ts'

describe('tokens of an admin (§8.11)', () => {
  const { clock, advance } = createStandingClock()
  const { log, entries } = createRecordingLog()
  const day = 86_400
  let larder: Larder
  let server: TestServer
  let film: SeededFilm
  let image: SeededImage
  let admin: string

  before(async () => {
    larder = await createMemoryLarder({ clock, log })
    film = await seedFilm(larder)
    image = await seedImage(larder)
    server = await listen(larder)
    await right(larder.admins.setAdmin('zoë', true))
    admin = await right(larder.admins.mintIdToken('zoë'))
  })
  after(() => server.close())

  const post = async (path: string, body: unknown, jwt = admin) => {
    const response = await server.get(`/api/1/admin/${path}`, {
      method: 'POST',
      headers: { authorization: `bearer ${jwt}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return {
      status: response.status,
      cacheControl: response.headers.get('cache-control'),
      body: await response.json(),
    }
  }
  const statusOf = async (path: string, jwt: string) =>
    (await server.get(path, { headers: { authorization: `bearer ${jwt}` } })).status
  const filmStatus = (jwt: string) => statusOf(`/api/1/content_files/${film.uid}/web.json`, jwt)

  it('are minted with the lifetime and the restrictions that were asked for', async () => {
    const restrictions = { maxh: 360, clip: [0, 7.5], exports: ['cfe_a'] }
    const { status, cacheControl, body } = await post('tokens', {
      uid: film.uid,
      ttl_seconds: 60,
      restrictions,
    })
    expect({ status, cacheControl }).to.deep.equal({ status: 200, cacheControl: 'no-store' })
    const { jwt, jti, ...others } = body as { jwt: string; jti: string }
    expect(others).to.deep.equal({ uid: film.uid, kind: 'content', exp: clock() / 1000 + 60 })
    const grant = await right(larder.checkedTokens.verify('content', jwt))
    expect(grant).to.deep.include({ sub: film.uid, jti, restrictions })
    const { body: usual } = await post('tokens', { uid: image.uid })
    expect(usual).to.include({ kind: 'image', exp: clock() / 1000 + 1800 })
  })

  it('are not minted for a file that does not exist, a lifetime above the maximum, or a body with faults', async () => {
    const { uid } = film
    expect((await post('tokens', { uid: 'cf_missing' })).status).to.equal(404)
    for (const [body, loc] of [
      [{ uid, ttl_seconds: 30 * day + 1 }, []],
      [{ uid: image.uid, restrictions: { clip: [0, 7] } }, []],
      [{ uid, restrictions: { exports: Array(300).fill('cfe_0123456789') } }, []],
      [{ uid, ttl: 60 }, ['ttl']],
      [{ uid, ttl_seconds: 0 }, ['ttl_seconds']],
      [{ uid, ttl_seconds: '60' }, ['ttl_seconds']],
      [{ uid, restrictions: { max_h: 360 } }, ['restrictions', 'max_h']],
      [{ uid, restrictions: { maxh: 'low' } }, ['restrictions', 'maxh']],
      [{ uid: 'a b' }, ['uid']],
      [{}, ['uid']],
      [[], []],
    ] as const) {
      const { status, body: reply } = await post('tokens', body)
      expect(status, JSON.stringify(body)).to.equal(422)
      const { detail } = reply as { detail: ReadonlyArray<{ loc: ReadonlyArray<string>; msg: string }> }
      expect(detail[0]?.loc, JSON.stringify(reply)).to.deep.equal(['body', ...loc])
    }
    const { body } = await post('tokens', { uid, ttl_seconds: 30 * day + 1 })
    expect(JSON.stringify(body)).to.include('at most 2592000 seconds (TOKEN_MAX_TTL_SECONDS)')
    expect((await post('tokens', { uid, ttl_seconds: 30 * day })).status).to.equal(200)
    for (const path of ['tokens', 'tokens/explain', 'revocations'])
      expect((await post(path, {}, film.jwt)).status, path).to.equal(403)
  })

  it('are explained: the signature before any claim, and as this server treats them now', async () => {
    const explain = async (jwt: string) => (await post('tokens/explain', { jwt })).body
    const now = clock() / 1000
    const signed = new SignJWT({ sub: 'secret', iat: now, exp: now + 60 }).setProtectedHeader({
      alg: 'HS256',
      kid: 'c1',
    })
    expect(await explain(await signed.sign(testKeys.image.material))).to.deep.equal({
      signature: 'bad',
      reason: 'signature',
    })
    expect(await explain('rubbish')).to.deep.equal({ signature: 'bad', reason: 'malformed' })
    expect(await explain(film.jwt)).to.deep.include({
      signature: 'good',
      use: 'content',
      refusal: null,
      restrictions: {},
    })
    expect(await explain(admin)).to.deep.include({ signature: 'good', use: 'id', refusal: null })

    const { body: minted } = await post('tokens', { uid: film.uid })
    const { jwt, jti } = minted as { jwt: string; jti: string }
    await right(larder.revocationService.revoke({ kind: 'jti', subject: jti }))
    expect(await explain(jwt)).to.deep.include({ refusal: 'revoked', restrictions: null })
    const pub = await right(larder.checkedTokens.mint('image', image.uid, 60, {}, { pub: true }))
    expect(await explain(pub)).to.deep.include({ refusal: 'not_public' })
  })

  it('are explained a limited number of times a second, and never logged', async () => {
    advance(60)
    const statuses = new Set<number>()
    for (let n = 0; n < 25; n += 1) statuses.add((await post('tokens/explain', { jwt: film.jwt })).status)
    expect([...statuses]).to.deep.equal([200, 503])
    advance(1)
    const { body, status } = await post('tokens/explain', { jwt: film.jwt })
    expect(status).to.equal(200)
    for (const piece of film.jwt.split('.').slice(1))
      expect(JSON.stringify([entries, body])).not.to.include(piece)
  })

  it('are revoked, and the reply says so, also if no receipts can be had', async () => {
    const freshness = { ...larder.freshness, requestReceipts: TE.left(unavailable('database')('away')) }
    const other = await listen({ ...larder, freshness })
    const response = await other.get('/api/1/admin/revocations', {
      method: 'POST',
      body: JSON.stringify({ jti: 'without receipts' }),
      headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
    })
    await other.close()
    expect(response.status).to.equal(200)
    const notBefore = clock() / 1000 + 1
    expect(await response.json()).to.deep.equal({
      jti: 'without receipts',
      not_before: notBefore,
      purge: null,
      instances: null,
    })
  })

  it('are refused from the reply to their revocation on: a token, a file, a user', async () => {
    const mint = async () => (await post('tokens', { uid: film.uid })).body as { jwt: string; jti: string }
    const [one, other] = [await mint(), await mint()]
    expect(await filmStatus(one.jwt)).to.equal(200)
    const revoked = await post('revocations', { jti: one.jti })
    expect(revoked).to.deep.include({ status: 200, cacheControl: 'no-store' })
    const { purge, ...confirmed } = revoked.body as { readonly purge: string }
    expect(confirmed).to.deep.equal({ jti: one.jti, not_before: clock() / 1000 + 1, instances: [] })
    expect((await right(larder.freshness.findPurge(purge as PurgeUid))).receipts).to.deep.equal([])
    expect(await filmStatus(one.jwt)).to.equal(403)
    expect(await filmStatus(other.jwt)).to.equal(200)

    expect((await post('revocations', { uid: film.uid })).status).to.equal(200)
    expect(await filmStatus(other.jwt)).to.equal(403)
    expect(await filmStatus((await mint()).jwt)).to.equal(200)

    await right(larder.admins.setAdmin('tom', true))
    const tom = await right(larder.admins.mintIdToken('tom'))
    expect(await statusOf('/api/1/admin/me', tom)).to.equal(200)
    expect((await post('revocations', { sub: 'tom' })).status).to.equal(200)
    expect(await statusOf('/api/1/admin/me', tom)).to.equal(403)
    expect(await statusOf('/api/1/admin/me', await right(larder.admins.mintIdToken('tom')))).to.equal(200)
    expect(await statusOf('/api/1/admin/me', admin)).to.equal(200)
  })

  it('have revocations that are listed in pages, the newest first', async () => {
    for (const jti of ['a', 'b', 'c']) await post('revocations', { jti })
    const list = async (query: string) => {
      const response = await server.get(`/api/1/admin/revocations${query}`, {
        headers: { authorization: `bearer ${admin}` },
      })
      return {
        status: response.status,
        ...((await response.json()) as { items: ReadonlyArray<object>; next: string | null }),
      }
    }
    const first = await list('?limit=2')
    expect(first.items.map((item) => Object.entries(item)[0])).to.deep.equal([
      ['jti', 'c'],
      ['jti', 'b'],
    ])
    const second = await list(`?limit=200&after=${first.next}`)
    expect(second.items[0]).to.include({ jti: 'a' })
    expect(second.next).to.equal(null)
    for (const query of ['?limit=0', '?limit=201', '?limit=x', '?after=-1', '?after=1e3'])
      expect((await list(query)).status, query).to.equal(422)
  })

  it('are not revoked so often within seconds that the time would be far ahead', async () => {
    const statuses: number[] = []
    while (statuses.length < 60 && statuses.at(-1) !== 409)
      statuses.push((await post('revocations', { sub: 'often' })).status)
    expect(statuses.at(-1)).to.equal(409)
    advance(60)
    expect((await post('revocations', { sub: 'often' })).status).to.equal(200)
  })

  it('have no revocation that would revoke nothing', async () => {
    for (const body of [
      {},
      [],
      { jti: 'a', uid: 'if_a' },
      { aud: 'a' },
      { jti: '' },
      { jti: 7 },
      { uid: 'ife_a' },
    ])
      expect((await post('revocations', body)).status, JSON.stringify(body)).to.equal(422)
    for (const body of [{ uid: 'a b' }, { sub: 'a\u0000' }, { jti: 'x'.repeat(513) }, { sub: '\ud800' }])
      expect((await post('revocations', body)).status, JSON.stringify(body)).to.equal(422)
  })
})
