import { expect } from 'chai'
import fc from 'fast-check'
import { fillSlots, joinPieces, maxTextBodyBytes, splitAtSlots } from '../../../src/http/bytes/body-piece.ts'

describe('the pieces of a body with a token', () => {
  const lengths = fc.array(fc.oneof(fc.nat(20), fc.constantFrom(maxTextBodyBytes, maxTextBodyBytes + 1)), {
    minLength: 1,
    maxLength: 6,
  })

  it('are the template with the token in its slots, and never two texts in a row', () =>
    fc.assert(
      fc.property(
        lengths,
        fc.string({ unit: fc.constantFrom('a', 'b', '-', '.'), minLength: 1, maxLength: 9 }),
        fc.constantFrom('', '\u0000\u00ff'),
        (between, token, last) => {
          const blank = Buffer.alloc(token.length)
          const constants = between.map((length, n) => Buffer.alloc(length, 0x80 + n))
          const bytes = Buffer.concat(constants.flatMap((one, n) => (n === 0 ? [one] : [blank, one])))
          const slots: number[] = []
          let position = 0
          for (const { length } of constants.slice(0, -1)) {
            slots.push(position + length)
            position += length + token.length
          }
          const filled = fillSlots(splitAtSlots(bytes, slots, token.length), token, last)
          const texts = constants.flatMap((one, n) => (n === 0 ? [one] : [Buffer.from(token), one]))
          const expected = Buffer.concat([...texts, Buffer.from(last, 'latin1')])
          expect(joinPieces(filled).equals(expected)).to.equal(true)
          expect(
            filled.some((piece, n) => typeof piece === 'string' && typeof filled[n + 1] === 'string'),
          ).to.equal(false)
        },
      ),
    ))

  it('are one text if the body is short', () => {
    const pieces = splitAtSlots(Buffer.from('a__b__c'), [1, 4], 2)
    expect(fillSlots(pieces, 'XY', '.')).to.deep.equal(['aXYbXYc.'])
  })

  it('share long texts between replies', () => {
    const bytes = Buffer.alloc(maxTextBodyBytes + 3)
    const [first, long] = fillSlots(splitAtSlots(bytes, [0], 2), 'XY')
    expect(first).to.equal('XY')
    expect((long as Uint8Array).buffer).to.equal(bytes.buffer)
  })
})
