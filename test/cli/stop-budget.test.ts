import { expect } from 'chai'
import fc from 'fast-check'
import { planStopBudget } from '../../src/cli/stop-budget.ts'

describe('[S4] the budget of a stop', () => {
  it('leaves time for closing after each wait', () => {
    fc.assert(
      fc.property(fc.nat(3600), fc.nat(3600), (graceSeconds, lameDuckSeconds) => {
        const { total, drain, work, beforeClosing, closing } = planStopBudget({
          graceSeconds,
          lameDuckSeconds,
        })
        expect(total).to.equal((graceSeconds + 5) * 1000)
        for (const waited of [drain.lameDuckMilliseconds, drain.cutOffMilliseconds, work, beforeClosing])
          expect(waited + closing).to.be.below(total)
        for (const waited of [drain.lameDuckMilliseconds, drain.cutOffMilliseconds, work])
          expect(beforeClosing - waited, 'time to be removed from the list').to.be.at.least(1000)
      }),
      {
        examples: [
          [0, 0],
          [0, 3600],
          [3600, 0],
        ],
      },
    )
  })
})
