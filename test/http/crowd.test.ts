import { expect } from 'chai'
import { crowd } from '../support/crowd.ts'

describe('many viewers of an uncached video (P4, W26)', () => {
  it('cost the store one read and the database one query for 50 viewers, and get every byte', async () => {
    expect(await crowd(50)).to.deep.equal({ served: 50, reads: 1, queries: 1 })
  })
})
