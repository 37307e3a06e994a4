import { expect } from 'chai'
import { createRememberedMediaTokens } from '../../src/adapters/jose/remembered-media-tokens.ts'
import { E, TE } from '../../src/fp.ts'
import { right } from '../support/expect-right.ts'
import { type Ask, carriers, createTwins, type Twins, withParameter } from '../support/twin-larders.ts'

describe('client input cannot fill the memory [V4]', () => {
  let twins: Twins
  beforeEach(async () => {
    twins = await createTwins()
  })
  afterEach(() => twins.close())

  const asksOf = async (): Promise<ReadonlyArray<Ask>> => {
    const image = await right(twins.larder.tokens.mint('image', twins.image.uid, 1800))
    const content = await right(twins.larder.tokens.mint('content', twins.film.uid, 1800))
    return twins.routes.flatMap(({ kind, path }) =>
      Object.values(carriers).map((carry) => carry(path, kind === 'image' ? image : content)),
    )
  }

  const isKept = async (ask: Ask): Promise<boolean> => {
    await twins.warm(ask)
    return twins.isReplayed(ask)
  }

  it('a request with an unknown parameter is not cached, and the routes reply to it', async () => {
    for (const ask of await asksOf()) {
      expect(await isKept(ask), ask.path).to.equal(true)
      for (const parameter of ['x=1', 'JWT=1', 'w=1&x', 'presign=&x=1'].filter(
        (one) => !one.includes('presign'),
      ))
        expect(await isKept(withParameter(ask, parameter)), `${ask.path} ${parameter}`).to.equal(false)
      await twins.expectAlike(withParameter(ask, 'x=1'))
    }
    const ask = carriers.path(
      `content_files/${twins.film.uid}/mobile.m3u8`,
      await right(twins.larder.tokens.mint('content', twins.film.uid, 1800)),
    )
    expect(await isKept(withParameter(ask, 'w=400&h=300&pr=2&bmin=1&bmax=9000000&presign=none'))).to.equal(
      true,
    )
    expect(await isKept(withParameter(ask, 'dpr=2'))).to.equal(false)
  })

  it('a request with a URL or an Accept-Encoding of more than 2 KB is not cached', async () => {
    const [ask] = await asksOf()
    if (ask === undefined) return expect.fail('nothing to ask')
    const codings = (count: number) => ({
      ...ask,
      headers: {
        ...ask.headers,
        'accept-encoding': Array.from({ length: count }, (_, n) => `x${n}`).join(','),
      },
    })
    expect(await isKept(codings(10))).to.equal(true)
    expect(await isKept(codings(600))).to.equal(false)
    const path = `/api/1/content_files/${twins.film.uid}/mobile.m3u8?w=${'0'.repeat(2100)}400`
    const jwt = await right(twins.larder.tokens.mint('content', twins.film.uid, 1800))
    const long = { path, headers: { authorization: `bearer ${jwt}` } }
    expect(await isKept(long)).to.equal(false)
    await twins.expectAlike(long)
  })

  it('tokens are cached by digest, in constant space for any length', async () => {
    const letters = 'A'.repeat(4000)
    let verified = 0
    const tokens = createRememberedMediaTokens(
      {
        mint: () => TE.right(''),
        derive: () => TE.right(''),
        verifiedGrant: () => undefined,
        verify: () => async () => {
          verified += 1
          return E.right({ sub: 'cf_a', exp: 2_000_000_000, restrictions: { exports: [letters] } })
        },
      },
      () => 0,
      100_000,
    )
    const held = () => {
      const all = Array.from({ length: 100 }, (_, n) => tokens.verifiedGrant('content', `${letters}${n}`))
      return all.filter((grant) => grant !== undefined).length
    }
    for (let n = 0; n < 100; n++) await right(tokens.verify('content', `${letters}${n}`))
    expect(verified).to.equal(100)
    expect(held()).to.be.within(5, 24)
  })
})
