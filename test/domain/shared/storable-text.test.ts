import { expect } from 'chai'
import fc from 'fast-check'
import { storableText } from '../../../src/domain/shared/storable-text.ts'
import { E } from '../../../src/fp.ts'

const Title = storableText({ maxCharacters: 5 })

describe('storable texts', () => {
  it('are those that UTF-8 can encode, without U+0000, of at most so many characters', () => {
    const unit = fc.constantFrom('a', 'ü', '🦊', '\u0000', '\ud83e', '\udd8a', '\n', '\uffff')
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 7 }), (units) => {
        const text = units.join('')
        const survives = new TextDecoder().decode(new TextEncoder().encode(text)) === text
        const isStorable = survives && !text.includes('\u0000') && [...text].length <= 5
        expect(Title.is(text)).to.equal(isStorable)
        expect(E.isRight(Title.decode(text))).to.equal(isStorable)
      }),
    )
    expect(Title.is('x'.repeat(1e7))).to.equal(false)
    expect(Title.is(5)).to.equal(false)
  })

  it('have a message for the client', () => {
    const decoded = Title.decode('a\u0000')
    expect(E.isLeft(decoded) && decoded.left[0]?.message).to.equal(
      'should be a text of at most 5 characters, without U+0000 and without unpaired surrogates',
    )
  })
})
