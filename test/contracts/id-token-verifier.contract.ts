import { expect } from 'chai'
import fc from 'fast-check'
import type { Clock } from '../../src/ports/clock.ts'
import type { IdTokenVerifier } from '../../src/ports/id-token-verifier.ts'
import { left, right } from '../support/expect-right.ts'

type VerifierFixture = {
  readonly verifier: IdTokenVerifier
  /** Signs claims as the issuer whose tokens the verifier accepts. */
  readonly mint: (sub: string, ttlSeconds: number) => Promise<string>
  /** Signs the same claims with a key that the verifier does not trust. */
  readonly forge: (sub: string, ttlSeconds: number) => Promise<string>
}

/** What every IdTokenVerifier promises. An adapter's test file calls it. */
export const idTokenVerifierContract = (make: (clock: Clock) => VerifierFixture): void => {
  let now: number
  let fixture: VerifierFixture

  beforeEach(() => {
    now = 1_800_000_000_000
    fixture = make(() => now)
  })

  it('returns the subject that the issuer signed, with any characters', async () => {
    const sub = fc.oneof(
      fc.emailAddress(),
      fc.constantFrom('zoë', "o'hara", 'auth0|1', ' ann', '%00', '🦊'),
      fc.stringMatching(/^[!-~]{1,80}$/),
    )
    await fc.assert(
      fc.asyncProperty(sub, async (who) => {
        const identity = await right(fixture.verifier.verify(await fixture.mint(who, 60)))
        expect(identity.sub).to.equal(who)
        expect(identity.iat).to.be.within(now / 1000 - 60, now / 1000 + 60)
      }),
      { numRuns: 30 },
    )
  })

  it('returns the same subject for a token each time', async () => {
    const jwt = await fixture.mint('ann', 60)
    const first = await right(fixture.verifier.verify(jwt))
    expect(await right(fixture.verifier.verify(jwt))).to.deep.equal(first)
  })

  it('refuses a token from the second in which it expires', async () => {
    const jwt = await fixture.mint('ann', 60)
    now += 59_999
    await right(fixture.verifier.verify(jwt))
    now += 1
    expect(await left(fixture.verifier.verify(jwt))).to.deep.equal({ _tag: 'Forbidden', reason: 'expired' })
  })

  it('refuses a token that is signed with another key', async () => {
    const forged = await fixture.forge('ann', 60)
    expect(await left(fixture.verifier.verify(forged))).to.include({ _tag: 'Forbidden' })
  })

  it('refuses a token in which any character was changed', async () => {
    const jwt = await fixture.mint('ann', 60)
    await fc.assert(
      fc.asyncProperty(fc.nat(jwt.length - 1), fc.constantFrom(...'Aa0_-'), async (at, letter) => {
        fc.pre(jwt[at] !== letter)
        const changed = jwt.slice(0, at) + letter + jwt.slice(at + 1)
        expect(await left(fixture.verifier.verify(changed))).to.include({ _tag: 'Forbidden' })
      }),
      { numRuns: 60 },
    )
  })

  it('refuses any string that is not a token', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        expect(await left(fixture.verifier.verify(text))).to.include({ _tag: 'Forbidden' })
      }),
      { numRuns: 30 },
    )
  })
}
