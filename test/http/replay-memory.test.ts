import { expect } from 'chai'
import { createCachedMediaTokens } from '../../src/adapters/jose/cached-media-tokens.ts'
import { E, TE } from '../../src/fp.ts'
import { right } from '../support/expect-right.ts'
import {
  createTwinLarders,
  requestsByCarrier,
  type TestRequest,
  type TwinLarders,
  withParameter,
} from '../support/twin-larders.ts'

describe('client input cannot fill the memory [V4]', () => {
  let twins: TwinLarders
  beforeEach(async () => {
    twins = await createTwinLarders()
  })
  afterEach(() => twins.close())

  const requestsOf = async (): Promise<ReadonlyArray<TestRequest>> => {
    const image = await right(twins.larder.tokens.mint('image', twins.image.uid, 1800))
    const content = await right(twins.larder.tokens.mint('content', twins.film.uid, 1800))
    return twins.routes.flatMap(({ kind, path }) =>
      Object.values(requestsByCarrier).map((carry) => carry(path, kind === 'image' ? image : content)),
    )
  }

  const stores = async (req: TestRequest): Promise<boolean> => {
    await twins.warm(req)
    return twins.isReplayed(req)
  }

  it('a request with an unknown parameter is not cached, and the routes reply to it', async () => {
    for (const req of await requestsOf()) {
      expect(await stores(req), req.path).to.equal(true)
      for (const parameter of ['x=1', 'JWT=1', 'w=1&x', 'presign=&x=1'].filter(
        (one) => !one.includes('presign'),
      ))
        expect(await stores(withParameter(req, parameter)), `${req.path} ${parameter}`).to.equal(false)
      await twins.expectAlike(withParameter(req, 'x=1'))
    }
    const req = requestsByCarrier.path(
      `content_files/${twins.film.uid}/mobile.m3u8`,
      await right(twins.larder.tokens.mint('content', twins.film.uid, 1800)),
    )
    expect(await stores(withParameter(req, 'w=400&h=300&pr=2&bmin=1&bmax=9000000&presign=none'))).to.equal(
      true,
    )
    expect(await stores(withParameter(req, 'dpr=2'))).to.equal(false)
  })

  it('a request with a URL or an Accept-Encoding of more than 2 KB is not cached', async () => {
    const [req] = await requestsOf()
    if (req === undefined) return expect.fail('nothing to ask')
    const codings = (count: number) => ({
      ...req,
      headers: {
        ...req.headers,
        'accept-encoding': Array.from({ length: count }, (_, n) => `x${n}`).join(','),
      },
    })
    expect(await stores(codings(10))).to.equal(true)
    expect(await stores(codings(600))).to.equal(false)
    const path = `/api/1/content_files/${twins.film.uid}/mobile.m3u8?w=${'0'.repeat(2100)}400`
    const jwt = await right(twins.larder.tokens.mint('content', twins.film.uid, 1800))
    const long = { path, headers: { authorization: `bearer ${jwt}` } }
    expect(await stores(long)).to.equal(false)
    await twins.expectAlike(long)
  })

  it('tokens are cached by digest, in constant space for any length', async () => {
    const letters = 'A'.repeat(4000)
    let verified = 0
    const tokens = createCachedMediaTokens(
      {
        mint: () => TE.right(''),
        derive: () => TE.right(''),
        verifiedGrant: () => undefined,
        verify: () => async () => {
          verified += 1
          return E.right({ sub: 'cf_a', iat: 0, exp: 2_000_000_000, restrictions: { exports: [letters] } })
        },
      },
      () => 0,
      100_000,
    )
    const memory = () => {
      const all = Array.from({ length: 100 }, (_, n) => tokens.verifiedGrant('content', `${letters}${n}`))
      return all.filter((grant) => grant !== undefined).length
    }
    for (let n = 0; n < 100; n++) await right(tokens.verify('content', `${letters}${n}`))
    expect(verified).to.equal(100)
    expect(memory()).to.be.within(5, 24)
  })
})
