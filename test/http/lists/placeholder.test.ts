import { expect } from 'chai'
import fc from 'fast-check'
import { MAX_PLACEHOLDER, placeholderOf } from '../../../src/http/lists/placeholder.ts'

describe('the placeholder of a token', () => {
  it('has no three bytes at two places', () => {
    const bytes = placeholderOf(MAX_PLACEHOLDER)
    const threes = Array.from({ length: MAX_PLACEHOLDER - 2 }, (_, at) => bytes.toString('hex', at, at + 3))
    expect(new Set(threes).size).to.equal(threes.length)
  })

  it('has no byte in common with any text', () => {
    const own = new Set(placeholderOf(MAX_PLACEHOLDER))
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => Buffer.from(text).every((byte) => !own.has(byte))),
    )
  })
})
