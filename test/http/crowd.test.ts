import { expect } from 'chai'
import { crowd } from '../support/crowd.ts'

describe('a crowd in front of a cold film (P4, W26)', () => {
  it('of 50 costs the store one read and the database one query, and gets every byte', async () => {
    expect(await crowd(50)).to.deep.equal({ served: 50, reads: 1, queries: 1 })
  })
})
