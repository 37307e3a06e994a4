import { expect } from 'chai'
import fc from 'fast-check'
import { cacheOfTier } from '../../src/adapters/cache-tier/cache-tier.ts'
import { createJwtCodec, type JwtCodec } from '../../src/adapters/jose/jwt-codec.ts'
import { createMemoryTier } from '../../src/adapters/memory/memory-cache.ts'
import { createRememberedMediaTokens } from '../../src/adapters/memory/remembered-media-tokens.ts'
import type { Larder } from '../../src/composition.ts'
import type { CachePort } from '../../src/ports/cache.ts'
import { cacheKeys } from '../../src/ports/cache-keys.ts'
import { exchange } from '../support/exchange.ts'
import { right } from '../support/expect-right.ts'
import {
  type SeededImage,
  type SeededLadder,
  seedFormats,
  seedImage,
  seedLadder,
} from '../support/library.ts'
import {
  createMemoryLarder,
  createStandingClock,
  createTestTokens,
  listen,
  type TestServer,
  testKeys,
} from '../support/memory-larder.ts'

describe('replies that are given again', () => {
  let advance: (seconds: number) => void
  let larder: Larder
  let image: SeededImage
  let film: SeededLadder
  /** Looks into the cache: those who are answered by the routes make some, those who are answered again make none. */
  let looks: number
  let server: TestServer
  /** Signs what Larder would not. */
  let codec: JwtCodec
  /** On the same cache and library, and answers by the routes alone. */
  let plain: TestServer

  beforeEach(async () => {
    const standing = createStandingClock()
    const { clock } = standing
    advance = standing.advance
    const memory = cacheOfTier(createMemoryTier(2 ** 24), clock)
    const cache: CachePort = {
      ...memory,
      get: (key) => {
        looks += 1
        return memory.get(key)
      },
    }
    looks = 0
    const tokens = createTestTokens(clock)
    const issuer = 'larder'
    codec = createJwtCodec({
      issuer,
      audience: `${issuer}-content`,
      keys: [testKeys.content],
      leewaySeconds: 0,
      clock,
    })
    larder = await createMemoryLarder({ clock, cache, tokens: createRememberedMediaTokens(tokens, clock) })
    image = await seedImage(larder, [Buffer.from('small'), Buffer.alloc(20_000, 'large')])
    film = await seedLadder(larder)
    server = await listen(larder)
    plain = await listen(await createMemoryLarder({ ...larder, tokens }))
  })
  afterEach(() => Promise.all([server, plain].map(({ close }) => close())))

  type Headers = Readonly<Record<string, string>>

  /** All that a client can tell apart, but for the hour and the way. */
  const heard = async ({ base }: TestServer, path: string, headers: Headers = {}) => {
    const { status, headers: all, body } = await exchange(base + path, { method: 'GET', headers })
    const { date: _, 'cache-status': __, ...told } = all
    return { status, headers: told, body: body.toString('latin1') }
  }

  const isAnsweredAgain = async (path: string, headers: Headers = {}): Promise<boolean> => {
    const before = looks
    await heard(server, path, headers)
    return looks === before
  }

  /** Until it is at hand. */
  const warm = async (path: string, headers: Headers = {}): Promise<void> => {
    for (let n = 0; n < 3; n++) await heard(server, path, headers)
  }

  const mint = (kind: 'image' | 'content', restrictions = {}, ttl = 1800): Promise<string> =>
    right(larder.tokens.mint(kind, kind === 'image' ? image.uid : film.uid, ttl, restrictions))

  const routes = () => {
    const [small, large] = image.exports.map(({ uid }) => uid)
    const [, part] = film.high.parts.map(({ uid }) => uid)
    return [
      { kind: 'image', path: `image_files/playlist/${image.uid}` },
      { kind: 'image', path: `image_files/image/${small}.webp` },
      { kind: 'image', path: `image_files/image/${large}.webp` },
      { kind: 'content', path: `content_files/${film.uid}/mobile.m3u8` },
      { kind: 'content', path: `content_files/${film.uid}/web.json` },
      { kind: 'content', path: `content_files/${film.uid}/dash.mpd` },
      { kind: 'content', path: `content_files/exports/${film.high.uid}.m3u8` },
      { kind: 'content', path: `content_files/exports/${film.high.uid}.iframes.m3u8` },
      { kind: 'content', path: `content_files/exports/parts/${part}.m4s` },
    ] as const
  }

  const carriers = {
    header: (path: string, jwt: string) => ({
      path: `/api/1/${path}`,
      headers: { authorization: `bearer ${jwt}` },
    }),
    path: (path: string, jwt: string) => ({ path: `/api/1/~${jwt}/${path}`, headers: {} }),
    query: (path: string, jwt: string) => ({ path: `/api/1/${path}?jwt=${jwt}`, headers: {} }),
  }

  it('are those of the routes, of every route, carrier and coding, and cost no look into the cache (W7)', async () => {
    for (const { kind, path } of routes())
      for (const [carrier, carry] of Object.entries(carriers))
        for (const coding of ['gzip', 'br, gzip', 'identity']) {
          const asked = carry(path, await mint(kind))
          const headers = { ...asked.headers, 'accept-encoding': coding }
          await warm(asked.path, headers)
          const what = `${path} by ${carrier} as ${coding}`
          expect(await isAnsweredAgain(asked.path, headers), what).to.equal(true)
          expect(await heard(server, asked.path, headers), what).to.deep.equal(
            await heard(plain, asked.path, headers),
          )
        }
  })

  it('are for every viewer of the file, each with his own token in them', async () => {
    const path = `/api/1/content_files/exports/${film.high.uid}.m3u8`
    const [first, second] = [await mint('content'), await mint('content', {}, 1801)]
    await warm(`${path}?jwt=${first}`)
    await right(larder.tokens.verify('content', second))
    expect(await isAnsweredAgain(`${path}?jwt=${second}`)).to.equal(true)
    const { body } = await heard(server, `${path}?jwt=${second}`)
    expect(body).to.include(second).and.not.include(first)
    // Claims that are not known are ignored (http-api.md §2.1), and make a token longer.
    const longer = await codec.sign({ note: 'of another length' }, film.uid, 1800)
    for (const jwt of [longer, first, longer, second])
      expect(await heard(server, `${path}?jwt=${jwt}`)).to.deep.equal(
        await heard(plain, `${path}?jwt=${jwt}`),
      )
  })

  it('are for nobody whose token is not good, not for this file, or opens less', async () => {
    const path = `content_files/${film.uid}/mobile.m3u8`
    const good = await mint('content', {}, 60)
    const less = await mint('content', { maxh: 360 }, 60)
    const other = await right(larder.tokens.mint('content', 'cf_of_somebody_else', 60))
    const picture = await right(larder.tokens.mint('image', film.uid, 60))
    for (const carry of Object.values(carriers)) {
      const ask = (jwt: string) => {
        const asked = carry(path, jwt)
        return heard(server, asked.path, asked.headers)
      }
      const whole = await ask(good)
      for (let n = 0; n < 3; n++) {
        expect(await ask(good)).to.deep.equal(whole)
        const restricted = await ask(less)
        expect(restricted.status).to.equal(200)
        expect(restricted.body.length).to.be.lessThan(whole.body.length)
        for (const bad of [other, picture, `${good}A`, good.slice(0, -4)])
          expect((await ask(bad)).status, bad).to.equal(403)
      }
    }
    advance(60)
    for (const carry of Object.values(carriers)) {
      const asked = carry(path, good)
      expect((await heard(server, asked.path, asked.headers)).status).to.equal(403)
    }
  })

  it('are whole, a part, or none of it, by range and condition', async () => {
    const jwt = await mint('image')
    const bytes = `/api/1/image_files/image/${image.exports[0]?.uid}.webp?jwt=${jwt}`
    const list = `/api/1/~${jwt}/image_files/playlist/${image.uid}?presign=none`
    await warm(bytes, { range: 'bytes=0-1' })
    await warm(list)
    const { headers } = await heard(server, bytes)
    const etag = String(headers.etag)
    const since = String(headers['last-modified'])
    const listTag = String((await heard(server, list)).headers.etag)
    const cases: ReadonlyArray<readonly [string, Headers, number]> = [
      [bytes, { range: 'bytes=0-1' }, 206],
      [bytes, { range: 'bytes=-2', 'if-range': etag }, 206],
      [bytes, { range: 'bytes=-2', 'if-range': '"other"' }, 200],
      [bytes, { 'if-none-match': etag }, 304],
      [bytes, { 'if-modified-since': since }, 304],
      [bytes, { 'if-none-match': '"other"', 'if-modified-since': since }, 200],
      [list, { 'if-none-match': listTag }, 304],
      [list, { 'if-none-match': '"other"' }, 200],
    ]
    for (const [path, asked, status] of cases) {
      const what = `${path} ${JSON.stringify(asked)}`
      expect(await isAnsweredAgain(path, asked), what).to.equal(true)
      const answer = await heard(server, path, asked)
      expect(answer.status, what).to.equal(status)
      expect(answer, what).to.deep.equal(await heard(plain, path, asked))
    }
  })

  it('leave what takes words or several parts to the routes', async () => {
    const path = `/api/1/image_files/image/${image.exports[0]?.uid}.webp?jwt=${await mint('image')}`
    await warm(path)
    expect((await heard(server, path, { 'if-match': '"other"' })).status).to.equal(412)
    expect((await heard(server, path, { range: 'bytes=9-' })).status).to.equal(416)
    const several = await heard(server, path, { range: 'bytes=0-1, 4-4' })
    expect(several.headers['content-type']).to.match(/^multipart/)
    expect((await heard(server, `${path}&jwt=x.y.z`)).status).to.equal(403)
    expect((await exchange(server.base + path, { method: 'HEAD' })).body).to.have.length(0)
  })

  it('end with what they were made from', async () => {
    const list = `/api/1/image_files/playlist/${image.uid}?jwt=${await mint('image')}`
    const bytes = `/api/1/image_files/image/${image.exports[0]?.uid}.webp?jwt=${await mint('image')}`
    await warm(list)
    await warm(bytes)
    const key = cacheKeys.imagePlaylist({ uid: image.uid })
    await right(larder.cache.set(key, '{"items":{}}'))
    expect((await heard(server, list)).body).to.equal('{"items":{}}')
    await warm(list)
    await right(larder.cache.delete(key))
    expect((await heard(server, list)).body).to.include(image.exports[0]?.uid)

    const { file } = image.exports[0] ?? expect.fail('no export')
    await right(larder.blobs.delete(cacheKeys.storedFile({ uid: file.uid })))
    expect(await isAnsweredAgain(bytes)).to.equal(false)
    expect((await heard(server, bytes)).body).to.equal('small')
  })

  it('are for anybody, of a public image, for as long as it is public', async () => {
    const path = `/api/1/image_files/image/${image.exports[0]?.uid}.webp`
    expect((await heard(server, path)).status).to.equal(401)
    await right(larder.imageFiles.setPublic(image.uid, true))
    await right(larder.cache.delete(cacheKeys.imagePublic({ uid: image.uid })))
    await warm(path)
    expect(await isAnsweredAgain(path)).to.equal(true)
    expect((await heard(server, path)).headers['cache-control']).to.match(/^public/)
    await right(larder.imageFiles.setPublic(image.uid, false))
    await right(larder.cache.delete(cacheKeys.imagePublic({ uid: image.uid })))
    expect((await heard(server, path)).status).to.equal(401)
  })

  it('are never other than those of the routes, whoever asks for what in whatever order', async () => {
    const jwts = {
      image: [await mint('image'), await mint('image', {}, 1801), await mint('image', { maxh: 360 })],
      content: [
        await mint('content'),
        await mint('content', {}, 90),
        await mint('content', { clip: [0, 7] }),
      ],
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
          route: fc.constantFrom(...routes()),
          carry: fc.constantFrom(...Object.values(carriers)),
          viewer: fc.nat(5),
          presign: fc.constantFrom('', '', 'presign=none', 'presign=query', 'presign=path', 'presign=define'),
          headers: fc.constantFrom<Headers>(
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
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 40 }) },
    )
    let again = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (steps) => {
        for (const one of steps) {
          if (typeof one === 'number') advance(one)
          else if ('codec' in one) await right(larder.cache.delete(one))
          else {
            const { route, carry, viewer, presign, headers } = one
            const strangers = jwts[route.kind === 'image' ? 'content' : 'image']
            const jwt = [...jwts[route.kind], ...strangers][viewer] ?? expect.fail('no token')
            const asked = carry(route.path, jwt)
            const path = `${asked.path}${asked.path.includes('?') ? '&' : '?'}${presign}`
            const all = { ...asked.headers, ...headers }
            const expected = await heard(plain, path, all)
            for (let n = 0; n < 3; n++) {
              const before = looks
              const answer = await heard(server, path, all)
              if (looks === before && answer.status === 200) again += 1
              expect(answer, path).to.deep.equal(expected)
            }
          }
        }
      }),
      { numRuns: 20 },
    )
    expect(again).to.be.greaterThan(100)
  })

  it('[V32] leave to the routes what is chosen by Accept, fmt and hints', async () => {
    const uid = await seedFormats(larder, ['avif', 'jpeg', 'webp'])
    const jwt = await right(larder.tokens.mint('image', uid, 1800))
    const chosen = new Set<string>()
    const wish = fc.record({
      query: fc.constantFrom('w=300', 'w=300&fmt=jpg', 'w=300&dpr=1', 'w=300&dpr=1&fmt=webp', 'w=9000', ''),
      accept: fc.constantFrom('image/avif,image/webp,*/*', '*/*', 'image/webp,*/*', 'image/png', 'text/html'),
      hints: fc.constantFrom({}, { 'sec-ch-dpr': '2' }, { 'save-data': 'on' }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(wish, { minLength: 5, maxLength: 10 }), async (wishes) => {
        for (const { query, accept, hints } of wishes) {
          const path = `/api/1/~${jwt}/image_files/${uid}/best?${query}`
          const headers = { accept, ...hints }
          const expected = await heard(plain, path, headers)
          for (let n = 0; n < 3; n++) expect(await heard(server, path, headers)).to.deep.equal(expected)
          chosen.add(expected.body)
        }
      }),
      { numRuns: 6 },
    )
    expect([...chosen].map((body) => body.split(' ')[0])).to.include.members(['avif', 'jpeg', 'webp'])
  })
})
