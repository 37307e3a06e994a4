import { expect } from 'chai'
import fc from 'fast-check'
import { createBackOff } from '../../src/console/back-off.ts'

describe('createBackOff', () => {
  it('[V52] doubles its delay each time, up to a limit, and ends', () => {
    const backOff = createBackOff({ first: 1000, max: 5000, tries: 4 })
    expect([1, 2, 3, 4, 5, 6].map(backOff.next)).to.deep.equal([1000, 2000, 4000, 5000, null, null])
  })

  it('begins again after a success', () => {
    const backOff = createBackOff({ first: 1000, max: 5000, tries: 2 })
    for (let i = 0; i < 5; i++) backOff.next()
    backOff.reset()
    expect([backOff.next(), backOff.next(), backOff.next()]).to.deep.equal([1000, 2000, null])
  })

  it('[V52] never retries for ever, whatever the bounds', () => {
    const bounds = fc.record({ first: fc.nat(9999), max: fc.nat(99_999), tries: fc.nat(50) })
    fc.assert(
      fc.property(bounds, (given) => {
        const backOff = createBackOff(given)
        const waits = Array.from({ length: given.tries }, backOff.next)
        for (const wait of waits) expect(wait).to.be.at.most(given.max)
        expect(waits).to.deep.equal([...waits].sort((a, b) => (a ?? 0) - (b ?? 0)))
        expect(backOff.next()).to.equal(null)
      }),
    )
  })
})
