import { expect } from 'chai'
import fc from 'fast-check'
import { createJwtCodec } from '../../src/adapters/jose/jwt-codec.ts'
import type { MediaKind } from '../../src/domain/media/media-kind.ts'
import { right } from '../support/expect-right.ts'
import { testKeys } from '../support/memory-larder.ts'
import {
  createTwinLarders,
  requestsByCarrier,
  type TestRequest,
  type TwinLarders,
  withParameter,
} from '../support/twin-larders.ts'

/** The number of pairs, from `REPLAY_PAIRS`. `npm run replay:pairs` sends 20,000. */
const pairs = Number(process.env.REPLAY_PAIRS ?? 200)

const listRoutes = (twins: TwinLarders) =>
  twins.routes.filter(({ path }) => !/parts|image_files\/image/.test(path))

describe('replay by token source, in the second in which the tokens are minted [V1]', () => {
  let twins: TwinLarders
  beforeEach(async () => {
    twins = await createTwinLarders(() => 'the same id every time')
  })
  afterEach(() => twins.close())

  const uidOf = (kind: MediaKind): string => (kind === 'image' ? twins.image.uid : twins.film.uid)
  const mint = (kind: MediaKind, ttl: number, restrictions = {}): Promise<string> =>
    right(twins.larder.tokens.mint(kind, uidOf(kind), ttl, restrictions))

  /**
   * Returns a valid token with an unknown claim, because other issuers may add claims of any length (§2.1).
   */
  const mintElsewhere = (kind: MediaKind, note: string, ttl: number): Promise<string> =>
    createJwtCodec({
      issuer: 'larder',
      audience: `larder-${kind}`,
      keys: [testKeys[kind]],
      leewaySeconds: 0,
      maxTtlSeconds: 2_592_000,
      clock: twins.clock,
    }).sign({ note }, uidOf(kind), ttl)

  const tokensOf = async (kind: MediaKind): Promise<ReadonlyArray<string>> => [
    await mint(kind, 1800),
    await mint(kind, 1801),
    await mintElsewhere(kind, 'x', 1800),
    await mintElsewhere(kind, 'y', 1800),
    await mintElsewhere(kind, 'of quite another length', 1800),
    await mintElsewhere(kind, 'of one more length than that', 1801),
    await mint(kind, 1800, { exports: [] }),
  ]

  const presigns = [
    '',
    'presign=query',
    'presign=path',
    'presign=none',
    'presign=define',
    'public=1&presign=query',
  ]
  const codings = ['identity', 'gzip', 'br, gzip']

  it('a header token of any length gets a list with its own token after another request', async () => {
    for (const { kind, path } of listRoutes(twins)) {
      const [first = '', ...others] = await tokensOf(kind)
      for (const presign of ['presign=query', 'presign=path'])
        for (const coding of codings) {
          const requestWith = (jwt: string): TestRequest => {
            const { path: url, headers } = withParameter(requestsByCarrier.header(path, jwt), presign)
            return { path: url, headers: { ...headers, 'accept-encoding': coding } }
          }
          await twins.warm(requestWith(first))
          for (const jwt of others) await twins.expectAlike(requestWith(jwt), `${path} ${presign} ${coding}`)
        }
    }
  })

  it('a header token occurs in no URL of a list, whatever was requested before (W14)', async () => {
    for (const { kind, path } of listRoutes(twins)) {
      const requestWith = (jwt: string) => withParameter(requestsByCarrier.header(path, jwt), 'presign=query')
      await twins.warm(requestWith(await mint(kind, 1800)))
      const own = await mintElsewhere(kind, 'x', 1800)
      expect((await twins.replayed(requestWith(own))).body, path).to.not.include(own)
    }
  })

  it(`any two requests get the same replies as from the routes (${pairs} pairs)`, async () => {
    for (const kind of ['image', 'content'] as const) await twins.setPublic(kind, true)
    const jwts = { image: await tokensOf('image'), content: await tokensOf('content') }
    const request = fc.record({
      route: fc.constantFrom(...twins.routes),
      carry: fc.constantFrom('header', 'path', 'query', 'none'),
      token: fc.nat(jwts.image.length - 1),
      isForeign: fc.boolean(),
      presign: fc.constantFrom(...presigns),
      coding: fc.constantFrom(...codings),
      more: fc.constantFrom({}, {}, {}, { range: 'bytes=0-3' }, { 'if-none-match': '*' }),
    })
    type Request = typeof request extends fc.Arbitrary<infer A> ? A : never
    const requestOf = ({ route, carry, token, isForeign, presign, coding, more }: Request): TestRequest => {
      const kind = isForeign && token === 0 ? 'image' : route.kind
      const jwt = jwts[kind][token] ?? ''
      const carried =
        carry === 'none'
          ? { path: `/api/1/${route.path}`, headers: {} }
          : requestsByCarrier[carry](route.path, jwt)
      const { path, headers } = withParameter(carried, presign)
      return { path, headers: { ...headers, 'accept-encoding': coding, ...more } }
    }
    // In half of the pairs both requests use the same route, so that replays occur.
    const pair = fc.tuple(request, request, fc.boolean()).map(([first, second, isSame]) => {
      const other = isSame
        ? { ...second, route: first.route, presign: first.presign, coding: first.coding }
        : second
      return [requestOf(first), requestOf(other)] as const
    })
    let replayed = 0
    await fc.assert(
      fc.asyncProperty(pair, async ([first, second]) => {
        await twins.warm(first)
        await twins.warm(second)
        await twins.expectAlike(first)
        if (await twins.isReplayed(second)) replayed += 1
        await twins.expectAlike(second)
      }),
      { numRuns: pairs },
    )
    expect(replayed).to.be.greaterThan(pairs / 10)
  }).timeout(180_000 + pairs * 1000)
})
