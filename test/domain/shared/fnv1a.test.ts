import { expect } from 'chai'
import { fnv1a } from '../../../src/domain/shared/fnv1a.ts'

describe('fnv1a', () => {
  it('returns the published values (http://www.isthe.com/chongo/tech/comp/fnv)', () => {
    for (const [text, hash] of [
      ['', 0x811c9dc5],
      ['a', 0xe40c292c],
      ['foobar', 0xbf9cf968],
    ] as const)
      expect(fnv1a(text), text).to.equal(hash)
  })
})
