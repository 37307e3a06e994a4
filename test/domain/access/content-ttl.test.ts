import { expect } from 'chai'
import { contentTtlSeconds } from '../../../src/domain/access/token-lifetimes.ts'

describe('the lifetime of a new content token (http-api.md §2.3, W13)', () => {
  it('is half an hour, or more than twice the duration of the film if that is longer', () => {
    expect(contentTtlSeconds(4)).to.equal(1800)
    expect(contentTtlSeconds(600)).to.equal(1800)
    expect(contentTtlSeconds(7200.5)).to.equal(15_001)
  })
})
