import { expect } from 'chai'
import { crowd } from '../support/crowd.ts'

describe('many concurrent clients of a cold film (P4, W26)', () => {
  it('cost one read of the store and one query for 500 clients, and get every byte', async () => {
    expect(await crowd(500)).to.deep.equal({ served: 500, reads: 1, queries: 1 })
  }).timeout(180_000)
})
