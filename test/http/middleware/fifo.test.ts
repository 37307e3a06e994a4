import { expect } from 'chai'
import fc from 'fast-check'
import { createFifo } from '../../../src/http/middleware/fifo.ts'

describe('[S5] a queue', () => {
  it('behaves like an array at any size', () => {
    const step = fc.record({ push: fc.nat(3000), take: fc.nat(3000) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const fifo = createFifo<number>()
        const model: number[] = []
        let taken = 0
        let next = 0
        for (const { push, take } of steps) {
          for (let n = 0; n < push; n += 1) {
            fifo.push(next)
            model.push(next)
            next += 1
          }
          for (let n = 0; n < take; n += 1) {
            if (fifo.first() !== model[taken] || fifo.take() !== model[taken]) expect.fail(`at ${taken}`)
            if (taken < model.length) taken += 1
          }
          expect(fifo.size()).to.equal(model.length - taken)
        }
      }),
      { numRuns: 30 },
    )
  })

  it('handles a million items in linear time', () => {
    const fifo = createFifo<number>()
    for (let n = 0; n < 1_000_000; n += 1) fifo.push(n)
    // Shifting an array would take minutes.
    for (let n = 0; n < 1_000_000; n += 1) if (fifo.take() !== n) expect.fail(`not ${n}`)
    expect(fifo.size()).to.equal(0)
    expect(fifo.take()).to.equal(undefined)
  })
})
