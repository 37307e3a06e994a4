import { expect } from 'chai'
import fc from 'fast-check'
import { decodeJwt } from 'jose'
import { createJwtCodec } from '../../../src/adapters/jose/jwt-codec.ts'
import { cacheKeys } from '../../../src/ports/cache-keys.ts'
import { cacheValue } from '../../support/cache-value.ts'
import { right } from '../../support/expect-right.ts'
import { seedFormats } from '../../support/library.ts'
import { testKeys } from '../../support/memory-larder.ts'
import {
  anonymousRequest,
  createTwinLarders,
  type RequestHeaders,
  requestsByCarrier,
  type TestRequest,
  type TwinLarders,
  withParameter,
} from '../../support/twin-larders.ts'

describe('replayed replies', () => {
  let twins: TwinLarders
  let image: TwinLarders['image']
  let film: TwinLarders['film']
  let larder: TwinLarders['larder']

  beforeEach(async () => {
    twins = await createTwinLarders()
    ;({ image, film, larder } = twins)
  })
  afterEach(() => twins.close())

  const get = (path: string, headers: RequestHeaders = {}): TestRequest => ({ path, headers })

  const mint = (kind: 'image' | 'content', restrictions = {}, ttl = 1800): Promise<string> =>
    right(larder.checkedTokens.mint(kind, kind === 'image' ? image.uid : film.uid, ttl, restrictions))

  it('equal those of the routes for every route, carrier and coding, without cache lookups (W7)', async () => {
    for (const { kind, path } of twins.routes)
      for (const [carrier, carry] of Object.entries(requestsByCarrier))
        for (const coding of ['gzip', 'br, gzip', 'identity']) {
          const { path: url, headers } = carry(path, await mint(kind))
          const request = get(url, { ...headers, 'accept-encoding': coding })
          await twins.warm(request)
          const what = `${path} by ${carrier} as ${coding}`
          expect(await twins.isReplayed(request), what).to.equal(true)
          await twins.expectAlike(request, what)
        }
  })

  it('serve every viewer of the file, each with their own token', async () => {
    const path = `/api/1/content_files/exports/${film.high.uid}.m3u8`
    const [first, second] = [await mint('content'), await mint('content', {}, 1801)]
    await twins.warm(get(`${path}?jwt=${first}`))
    await right(larder.tokens.verify('content', second))
    expect(await twins.isReplayed(get(`${path}?jwt=${second}`))).to.equal(true)
    const { body } = await twins.replayed(get(`${path}?jwt=${second}`))
    expect(body).to.include(second).and.not.include(first)
    // Unknown claims are ignored (http-api.md §2.1), but make a token longer.
    const codec = createJwtCodec({
      issuer: 'larder',
      audience: 'larder-content',
      keys: [testKeys.content],
      leewaySeconds: 0,
      maxTtlSeconds: 2_592_000,
      clock: twins.clock,
    })
    const longer = await codec.sign({ note: 'of another length' }, film.uid, 1800)
    for (const jwt of [longer, first, longer, second]) await twins.expectAlike(get(`${path}?jwt=${jwt}`))
  })

  it('never serve a token that is invalid, for another file, or restricted', async () => {
    const path = `content_files/${film.uid}/mobile.m3u8`
    const good = await mint('content', {}, 60)
    const less = await mint('content', { maxh: 360 }, 60)
    const other = await right(larder.tokens.mint('content', 'cf_of_somebody_else', 60))
    const picture = await right(larder.tokens.mint('image', film.uid, 60))
    for (const carry of Object.values(requestsByCarrier)) {
      const sendWith = (jwt: string) => twins.replayed(carry(path, jwt))
      const whole = await sendWith(good)
      for (let n = 0; n < 3; n++) {
        expect(await sendWith(good)).to.deep.equal(whole)
        const restricted = await sendWith(less)
        expect(restricted.status).to.equal(200)
        expect(restricted.body.length).to.be.lessThan(whole.body.length)
        for (const bad of [other, picture, `${good}A`, good.slice(0, -4)])
          expect((await sendWith(bad)).status, bad).to.equal(403)
      }
    }
    twins.advance(60)
    for (const carry of Object.values(requestsByCarrier))
      expect((await twins.replayed(carry(path, good))).status).to.equal(403)
  })

  it('[§9.4] never serve a revoked token: revoked by its id, or with all tokens of its file', async () => {
    for (const { kind, path } of twins.routes)
      for (const carry of Object.values(requestsByCarrier)) {
        const [one, other] = [await mint(kind), await mint(kind, {}, 1799)]
        const send = (jwt: string) => twins.expectAlike(carry(path, jwt))
        for (const jwt of [one, other])
          for (let n = 0; n < 3; n += 1) expect((await send(jwt)).status).to.equal(200)
        await right(larder.revocationService.revoke({ kind: 'jti', subject: decodeJwt(one).jti ?? '' }))
        expect((await send(one)).status, path).to.equal(403)
        expect((await send(other)).status, path).to.equal(200)
        await right(larder.revocationService.revoke({ kind: 'uid', subject: decodeJwt(one).sub ?? '' }))
        expect((await send(other)).status, path).to.equal(403)
        expect((await send(await mint(kind))).status, path).to.equal(200)
      }
  })

  it('follow range and condition: they have the whole body, part of it, or none', async () => {
    const jwt = await mint('image')
    const bytes = `/api/1/image_files/image/${image.exports[0]?.uid}.webp?jwt=${jwt}`
    const list = `/api/1/~${jwt}/image_files/playlist/${image.uid}?presign=none`
    await twins.warm(get(bytes, { range: 'bytes=0-1' }))
    await twins.warm(get(list))
    const { headers } = await twins.replayed(get(bytes))
    const etag = String(headers.etag)
    const since = String(headers['last-modified'])
    const listTag = String((await twins.replayed(get(list))).headers.etag)
    const cases: ReadonlyArray<readonly [string, RequestHeaders, number]> = [
      [bytes, { range: 'bytes=0-1' }, 206],
      [bytes, { range: 'bytes=-2', 'if-range': etag }, 206],
      [bytes, { range: 'bytes=-2', 'if-range': '"other"' }, 200],
      [bytes, { 'if-none-match': etag }, 304],
      [bytes, { 'if-modified-since': since }, 304],
      [bytes, { 'if-none-match': '"other"', 'if-modified-since': since }, 200],
      [list, { 'if-none-match': listTag }, 304],
      [list, { 'if-none-match': '"other"' }, 200],
    ]
    for (const [path, request, status] of cases) {
      const what = `${path} ${JSON.stringify(request)}`
      expect(await twins.isReplayed(get(path, request)), what).to.equal(true)
      expect((await twins.expectAlike(get(path, request), what)).status, what).to.equal(status)
    }
  })

  it('leave error bodies and multipart replies to the routes', async () => {
    const path = `/api/1/image_files/image/${image.exports[0]?.uid}.webp?jwt=${await mint('image')}`
    await twins.warm(get(path))
    expect((await twins.replayed(get(path, { 'if-match': '"other"' }))).status).to.equal(412)
    expect((await twins.replayed(get(path, { range: 'bytes=9-' }))).status).to.equal(416)
    const several = await twins.replayed(get(path, { range: 'bytes=0-1, 4-4' }))
    expect(several.headers['content-type']).to.match(/^multipart/)
    expect((await twins.replayed(get(`${path}&jwt=x.y.z`))).status).to.equal(403)
    expect((await twins.replayed(get(path), 'HEAD')).body).to.have.length(0)
  })

  it('end when their source values change', async () => {
    const list = `/api/1/image_files/playlist/${image.uid}?jwt=${await mint('image')}`
    const bytes = `/api/1/image_files/image/${image.exports[0]?.uid}.webp?jwt=${await mint('image')}`
    await twins.warm(get(list))
    await twins.warm(get(bytes))
    const key = cacheKeys.imagePlaylist({ uid: image.uid })
    await right(cacheValue(larder.cache, key, '{"items":{}}'))
    expect((await twins.replayed(get(list))).body).to.equal('{"items":{}}')
    await twins.warm(get(list))
    await right(larder.cache.delete(key))
    expect((await twins.replayed(get(list))).body).to.include(image.exports[0]?.uid)

    const { file } = image.exports[0] ?? expect.fail('no export')
    await right(larder.blobs.delete(cacheKeys.storedFile({ uid: file.uid })))
    expect(await twins.isReplayed(get(bytes))).to.equal(false)
    expect((await twins.replayed(get(bytes))).body).to.equal('small')
  })

  it('always equal those of the routes, for any callers and requests in any order', async () => {
    const mintAll = async () => ({
      image: [await mint('image'), await mint('image', {}, 1801), await mint('image', { maxh: 360 })],
      content: [
        await mint('content'),
        await mint('content', {}, 90),
        await mint('content', { clip: [0, 7] }),
      ],
    })
    let jwts = await mintAll()
    // Revokes a token, or all of its file, and sometimes mints new ones.
    const revoke = async (kind: 'jti' | 'uid', viewer: number): Promise<void> => {
      const { sub = '', jti = '' } = decodeJwt([...jwts.image, ...jwts.content][viewer] ?? '')
      await right(larder.revocationService.revoke({ kind, subject: kind === 'jti' ? jti : sub }))
      if (viewer % 2 === 0) jwts = await mintAll()
    }
    const keys = [
      cacheKeys.imagePlaylist({ uid: image.uid }),
      cacheKeys.mobilePlaylist({ uid: film.uid }),
      cacheKeys.vodPlaylist({ uid: film.high.uid }),
    ]
    const step = fc.oneof(
      {
        weight: 20,
        arbitrary: fc.record({
          route: fc.constantFrom(...twins.routes),
          carry: fc.constantFrom(...Object.values(requestsByCarrier), anonymousRequest, anonymousRequest),
          viewer: fc.nat(5),
          presign: fc.constantFrom('', '', 'presign=none', 'presign=query', 'presign=path', 'presign=define'),
          headers: fc.constantFrom<RequestHeaders>(
            {},
            { 'accept-encoding': 'gzip' },
            { 'accept-encoding': 'br' },
            { range: 'bytes=0-3' },
            { 'accept-encoding': 'gzip', range: 'bytes=0-3' },
            { 'if-none-match': '*' },
          ),
        }),
      },
      { weight: 2, arbitrary: fc.constantFrom(...keys) },
      {
        weight: 2,
        arbitrary: fc.record({ publish: fc.constantFrom('image', 'content'), isPublic: fc.boolean() }),
      },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 40 }) },
      { weight: 1, arbitrary: fc.record({ revoke: fc.constantFrom('jti', 'uid'), viewer: fc.nat(5) }) },
    )
    // The first reply with a restricted playlist is compressed in another way than later ones, with other bytes.
    for (const { kind, path } of twins.routes)
      await twins.expectAlike(requestsByCarrier.query(path, jwts[kind][2] ?? ''))
    let replayCount = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (steps) => {
        jwts = await mintAll()
        for (const kind of ['image', 'content'] as const) await twins.setPublic(kind, true)
        for (const one of steps) {
          if (typeof one === 'number') twins.advance(one)
          else if ('publish' in one) await twins.setPublic(one.publish, one.isPublic)
          else if ('revoke' in one) await revoke(one.revoke, one.viewer)
          else if ('codec' in one) await right(larder.cache.delete(one))
          else {
            const { route, carry, viewer, presign, headers } = one
            const foreignTokens = jwts[route.kind === 'image' ? 'content' : 'image']
            const jwt = [...jwts[route.kind], ...foreignTokens][viewer] ?? expect.fail('no token')
            const { path, headers: carried } = withParameter(carry(route.path, jwt), presign)
            const request = get(path, { ...carried, ...headers })
            const expected = await twins.routed(request)
            for (let n = 0; n < 2; n++) {
              if ((await twins.isReplayed(request)) && expected.status === 200) replayCount += 1
              expect(await twins.replayed(request), path).to.deep.equal(expected)
            }
          }
        }
      }),
      { numRuns: 20 },
    )
    expect(replayCount).to.be.greaterThan(20)
  })

  it('[V32] leave negotiation by Accept, fmt and hints to the routes', async () => {
    const uid = await seedFormats(larder, ['avif', 'jpeg', 'webp'])
    const jwt = await right(larder.tokens.mint('image', uid, 1800))
    const chosen = new Set<string | undefined>()
    const preferences = fc.record({
      query: fc.constantFrom('w=300', 'w=300&fmt=jpg', 'w=300&dpr=1', 'w=300&dpr=1&fmt=webp', 'w=9000', ''),
      accept: fc.constantFrom('image/avif,image/webp,*/*', '*/*', 'image/webp,*/*', 'image/png', 'text/html'),
      hints: fc.constantFrom({}, { 'sec-ch-dpr': '2' }, { 'save-data': 'on' }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(preferences, { minLength: 5, maxLength: 10 }), async (wishes) => {
        for (const { query, accept, hints } of wishes) {
          const request = get(`/api/1/~${jwt}/image_files/${uid}/best?${query}`, { accept, ...hints })
          for (let n = 0; n < 2; n++) chosen.add((await twins.expectAlike(request)).body.split(' ')[0])
        }
      }),
      { numRuns: 10 },
    )
    expect([...chosen]).to.include.members(['avif', 'jpeg', 'webp'])
  })
})
