import { expect } from 'chai'
import { createBeginInTurns } from '../../src/http/begin-in-turns.ts'
import { createTurnCounter } from '../support/turn-counter.ts'

describe('beginnings in turns of the event loop', () => {
  const counter = createTurnCounter()
  after(counter.stop)

  /** In which turn, from now on, each of so many begins. */
  const beginAll = (
    beginInTurns: (begin: () => void) => void,
    count: number,
  ): Promise<ReadonlyArray<number>> =>
    new Promise((resolve) => {
      const from = counter.turns()
      const begun: Array<number> = []
      for (let n = 0; n < count; n++)
        beginInTurns(() => {
          begun[n] = counter.turns() - from
          if (n === count - 1) resolve(begun)
        })
    })

  it('are at once where few come', async () => {
    expect(await beginAll(createBeginInTurns(3), 3)).to.deep.equal([0, 0, 0])
  })

  it('are few in one turn and the rest in those that follow, in the order in which they came', async () => {
    expect(await beginAll(createBeginInTurns(3), 8)).to.deep.equal([0, 0, 0, 1, 1, 1, 2, 2])
  })

  it('are at once again when all have begun', async () => {
    const beginInTurns = createBeginInTurns(2)
    await beginAll(beginInTurns, 5)
    for (let n = 0; n < 2; n++) await new Promise((resolve) => setImmediate(resolve))
    expect(await beginAll(beginInTurns, 2)).to.deep.equal([0, 0])
  })
})
