import { expect } from 'chai'
import { crowd } from '../support/crowd.ts'

describe('a crowd in front of a cold film (P4, W26)', () => {
  it('of 500 costs the store one read and the database one query, and gets every byte', async () => {
    expect(await crowd(500)).to.deep.equal({ served: 500, reads: 1, queries: 1 })
  }).timeout(180_000)
})
