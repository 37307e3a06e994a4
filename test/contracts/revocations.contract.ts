import { expect } from 'chai'
import fc from 'fast-check'
import { E } from '../../src/fp.ts'
import { maxNotBeforeAhead, type RevocationHorizon, type Revocations } from '../../src/ports/revocations.ts'
import { right } from '../support/expect-right.ts'

const seconds = () => Math.floor(Date.now() / 1000)

/** What every Revocations promises. `make` returns an empty one, whose clock is that of this machine. */
export const revocationsContract = (make: () => Promise<Revocations>): void => {
  let revocations: Revocations

  beforeEach(async () => {
    revocations = await make()
  })

  it('revokes what was minted until the next second, and finds only that', async () => {
    const before = seconds()
    const revoked = await right(revocations.revoke({ kind: 'uid', subject: 'if_a' }))
    expect(revoked).to.include({ kind: 'uid', subject: 'if_a' })
    expect(revoked.notBefore).to.be.within(before + 1, seconds() + 1)
    expect(await right(revocations.findNotBefore({ kind: 'uid', subject: 'if_a' }))).to.equal(
      revoked.notBefore,
    )
    for (const other of [
      { kind: 'uid', subject: 'if_b' },
      { kind: 'jti', subject: 'if_a' },
      { kind: 'sub', subject: 'if_a' },
    ] as const)
      expect(await right(revocations.findNotBefore(other)), JSON.stringify(other)).to.equal(0)
  })

  it('returns each revocation to every reader that passes its horizon on, whatever the subjects are', async () => {
    const kind = fc.constantFrom('jti', 'uid', 'sub')
    const subject = fc.constantFrom(
      'if_a',
      'IF_A',
      "o'hara",
      'auth0|1',
      '%',
      'ünï',
      '🦊',
      '\\',
      'x'.repeat(512),
    )
    const step = fc.oneof(fc.record({ kind, subject }), fc.constantFrom('first reads', 'second reads'))
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        revocations = await make()
        const horizons: Record<string, RevocationHorizon | null> = {
          'first reads': null,
          'second reads': null,
        }
        const seen: Record<string, Set<string>> = { 'first reads': new Set(), 'second reads': new Set() }
        const expected = new Set<string>()
        const read = async (reader: string): Promise<void> => {
          const changes = await right(revocations.listSince(horizons[reader] ?? null))
          horizons[reader] = changes.horizon
          for (const found of changes.revocations) seen[reader]?.add(JSON.stringify(found))
        }
        for (const one of steps)
          if (typeof one === 'string') await read(one)
          else expected.add(JSON.stringify(await right(revocations.revoke(one))))
        for (const reader of Object.keys(horizons)) {
          await read(reader)
          const latest = await right(revocations.listSince(null))
          for (const found of latest.revocations) expect(seen[reader]).to.include(JSON.stringify(found))
          for (const found of seen[reader] ?? []) expect(expected).to.include(found)
        }
      }),
      { numRuns: 15 },
    )
  })

  it('keeps one entry of a subject, which a second revocation makes the newest, and later even within a second', async () => {
    const first = await right(revocations.revoke({ kind: 'sub', subject: 'ann' }))
    await right(revocations.revoke({ kind: 'sub', subject: 'bob' }))
    const { horizon } = await right(revocations.listSince(null))
    const again = await right(revocations.revoke({ kind: 'sub', subject: 'ann' }))
    expect(again.notBefore).to.be.greaterThan(first.notBefore)
    const listed = await right(revocations.list(null, 10))
    expect(listed.map(({ subject }) => subject)).to.deep.equal(['ann', 'bob'])
    const { revocations: since } = await right(revocations.listSince(horizon))
    expect(since).to.deep.include(again)
  })

  it('refuses another revocation of the same if new tokens would not be valid for a while', async () => {
    const target = { kind: 'uid', subject: 'if_often' } as const
    const results = []
    for (let n = 0; n < maxNotBeforeAhead + 10; n += 1) results.push(await revocations.revoke(target)())
    const refused = results.filter(E.isLeft)
    expect(refused.length).to.be.greaterThan(0)
    for (const { left } of refused) expect(left._tag).to.equal('Conflict')
    const latest = await right(revocations.findNotBefore(target))
    expect(latest).to.be.at.most(seconds() + maxNotBeforeAhead)
    expect(Math.max(...results.flatMap((one) => (E.isRight(one) ? [one.right.notBefore] : [])))).to.equal(
      latest,
    )
    await right(revocations.revoke({ kind: 'uid', subject: 'if_other' }))
    // The time of a jti is compared with no token.
    for (let n = 0; n < maxNotBeforeAhead + 10; n += 1)
      await right(revocations.revoke({ kind: 'jti', subject: 'often' }))
  })

  it('lists pages, the newest first', async () => {
    for (const subject of ['a', 'b', 'c', 'd', 'e']) await right(revocations.revoke({ kind: 'jti', subject }))
    const pages: string[] = []
    let before: number | null = null
    for (let n = 0; n < 4; n += 1) {
      const page: Awaited<ReturnType<typeof load>> = await load(before)
      pages.push(page.map(({ subject }) => subject).join(''))
      before = page.at(-1)?.id ?? before
    }
    expect(pages).to.deep.equal(['ed', 'cb', 'a', ''])
  })

  const load = (before: number | null) => right(revocations.list(before, 2))
}
