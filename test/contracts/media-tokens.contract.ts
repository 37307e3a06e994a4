import { expect } from 'chai'
import fc from 'fast-check'
import type { Clip } from '../../src/domain/access/restrictions.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { MediaTokens } from '../../src/ports/media-tokens.ts'
import { left, right } from '../support/expect-right.ts'

/** What every MediaTokens promises. An adapter's test file calls it. */
export const mediaTokensContract = (make: (clock: Clock) => MediaTokens): void => {
  let now: number
  let tokens: MediaTokens

  beforeEach(() => {
    now = 1_800_000_000_000
    tokens = make(() => now)
  })

  it('verifies the tokens that it minted, for any uid', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.stringMatching(/^[A-Za-z0-9_-]{1,80}$/),
        fc.integer({ min: 1, max: 1e6 }),
        async (sub, ttl) => {
          const jwt = await right(tokens.mint('image', sub, ttl))
          const grant = { sub, iat: now / 1000 - 1, exp: now / 1000 + ttl, restrictions: {} }
          const { jti, ...verified } = await right(tokens.verify('image', jwt))
          expect(verified).to.deep.equal(grant)
          expect(jti).to.match(/^[\w-]{22}$/)
        },
      ),
      { numRuns: 30 },
    )
  })

  it('returns exactly the restrictions that a token was minted with (§2.4)', async () => {
    const seconds = fc.double({ min: 0, max: 1e5, noNaN: true, noDefaultInfinity: true })
    const clip = fc
      .tuple(seconds, seconds)
      .filter(([a, b]) => a !== b)
      .map(([a, b]): Clip => [Math.min(a, b), Math.max(a, b)])
    const restrictions = fc.record(
      { maxh: fc.integer({ min: 1, max: 1e5 }), clip, exports: fc.array(fc.string()) },
      { requiredKeys: [] },
    )
    await fc.assert(
      fc.asyncProperty(restrictions, async (given) => {
        const jwt = await right(tokens.mint('content', 'cf_a', 60, given))
        const { restrictions } = await right(tokens.verify('content', jwt))
        expect(restrictions).to.deep.equal(JSON.parse(JSON.stringify(given)))
      }),
      { numRuns: 30 },
    )
  })

  it('[V1] derives tokens with the same grant, at any time, that differ from those minted', async () => {
    for (const restrictions of [{}, { maxh: 360 }]) {
      const minted = await right(tokens.mint('content', 'cf_a', 60, restrictions))
      const grant = await right(tokens.verify('content', minted))
      for (const _ of ['in the same second', 'later']) {
        const derived = await right(tokens.derive('content', grant))
        expect(derived).not.to.equal(minted)
        expect(await right(tokens.verify('content', derived))).to.deep.equal(grant)
        now += 5000
      }
      const named = { ...grant, jti: 'one' }
      expect(
        await right(tokens.verify('content', await right(tokens.derive('content', named)))),
      ).to.deep.equal(named)
    }
  })

  it('gives each token an id of its own, and says whether it opens only a public file', async () => {
    const jtis = new Set<string | undefined>()
    for (const pub of [true, false])
      for (let n = 0; n < 10; n += 1) {
        const jwt = await right(tokens.mint('image', 'if_a', 60, {}, { pub }))
        const grant = await right(tokens.verify('image', jwt))
        expect(grant.pub).to.equal(pub ? true : undefined)
        expect(await right(tokens.verify('image', await right(tokens.derive('image', grant))))).to.deep.equal(
          grant,
        )
        jtis.add(grant.jti)
      }
    expect(jtis.size).to.equal(20)
  })

  it('never mints a token that it refuses, whatever lifetime and earliest time are asked for', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 1e10 }),
        fc.integer({ min: -60, max: 60 }),
        async (ttl, ahead) => {
          const notBefore = now / 1000 + ahead
          const jwt = await right(tokens.mint('image', 'if_a', ttl + 60, {}, { notBefore }))
          const { iat, exp } = await right(tokens.verify('image', jwt))
          expect(iat).to.equal(Math.max(now / 1000 - 1, notBefore))
          expect(exp).to.equal(Math.min(now / 1000 + ttl + 60, iat + 2_592_000))
        },
      ),
      { numRuns: 30 },
    )
  })

  it('returns the same grant for a token each time', async () => {
    const jwt = await right(tokens.mint('content', 'cf_a', 60))
    const first = await right(tokens.verify('content', jwt))
    expect(await right(tokens.verify('content', jwt))).to.deep.equal(first)
  })

  it('fails with Forbidden for an image token used for content, and the reverse', async () => {
    const image = await right(tokens.mint('image', 'if_a', 60))
    const content = await right(tokens.mint('content', 'if_a', 60))
    await right(tokens.verify('image', image))
    expect(await left(tokens.verify('content', image))).to.include({ _tag: 'Forbidden' })
    expect(await left(tokens.verify('image', content))).to.include({ _tag: 'Forbidden' })
  })

  it('fails with Forbidden from the second in which a token expires', async () => {
    const jwt = await right(tokens.mint('image', 'if_a', 60))
    now += 59_999
    await right(tokens.verify('image', jwt))
    now += 1
    expect(await left(tokens.verify('image', jwt))).to.deep.equal({ _tag: 'Forbidden', reason: 'expired' })
  })

  it('fails with Forbidden when any character of a token is changed', async () => {
    const jwt = await right(tokens.mint('image', 'if_a', 60))
    await fc.assert(
      fc.asyncProperty(fc.nat(jwt.length - 1), fc.constantFrom(...'Aa0_-'), async (index, letter) => {
        fc.pre(jwt[index] !== letter)
        const forged = jwt.slice(0, index) + letter + jwt.slice(index + 1)
        expect(await left(tokens.verify('image', forged))).to.include({ _tag: 'Forbidden' })
      }),
      { numRuns: 60 },
    )
  })

  it('fails with Forbidden for a string that is not a token', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        expect(await left(tokens.verify('image', text))).to.include({ _tag: 'Forbidden' })
      }),
      { numRuns: 30 },
    )
  })
}
