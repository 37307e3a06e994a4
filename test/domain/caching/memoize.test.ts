import { expect } from 'chai'
import fc from 'fast-check'
import { memoize } from '../../../src/domain/caching/memoize.ts'

describe('a memoized function', () => {
  it('returns the results of the function, for any texts in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 2 })), fc.integer({ min: 1, max: 5 }), (texts, max) => {
        const shout = memoize(max, (text) => `${text}!`)
        for (const text of texts) expect(shout(text)).to.equal(`${text}!`)
      }),
    )
  })

  it('computes only evicted results again, and evicts the least recently used ones', () => {
    const computed: string[] = []
    const read = memoize(2, (text) => computed.push(text))
    for (const text of ['a', 'b', 'a', 'c', 'a', 'b']) read(text)
    expect(computed).to.deep.equal(['a', 'b', 'c', 'b'])
  })

  it('does not remember failures', () => {
    let fails = true
    const read = memoize(2, (text) => {
      if (fails) throw new Error('not now')
      return text
    })
    expect(() => read('a')).to.throw('not now')
    fails = false
    expect(read('a')).to.equal('a')
  })
})
