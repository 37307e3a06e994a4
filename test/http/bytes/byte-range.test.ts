import { expect } from 'chai'
import fc from 'fast-check'
import { type RangeSelection, selectRanges } from '../../../src/http/bytes/byte-range.ts'
import { rangeHeader } from './arbitraries.ts'
import { type ReferenceSelection, referenceSelection } from './reference-range.ts'

/** Formats selected ranges as in Content-Range. Returns the tag of any other selection. */
const describeSelection = (selection: RangeSelection): string => {
  const text = ({ start, end }: { readonly start: number; readonly end: number }) => `${start}-${end - 1}`
  switch (selection._tag) {
    case 'One':
      return text(selection.range)
    case 'Several':
      return selection.ranges.map(text).join(' and ')
    default:
      return selection._tag
  }
}

/** The positions of the bytes in each selected range. */
const bytesOf = (selection: RangeSelection, body: ReadonlyArray<number>): ReferenceSelection => {
  switch (selection._tag) {
    case 'Whole':
      return 'whole'
    case 'Unsatisfiable':
      return 'unsatisfiable'
    case 'One':
      return [body.slice(selection.range.start, selection.range.end)]
    case 'Several':
      return selection.ranges.map(({ start, end }) => body.slice(start, end))
  }
}

describe('byte ranges (http-api.md §6.1, W1, W2)', () => {
  const golden: ReadonlyArray<readonly [header: string, selected: string]> = [
    ['0-', '0-999'],
    ['0-1', '0-1'],
    ['5-5', '5-5'],
    ['-10', '990-999'],
    ['-0', 'Unsatisfiable'],
    ['2000-', 'Unsatisfiable'],
    ['990-5000', '990-999'],
    ['5-2', 'Whole'],
    ['1--3', 'Whole'],
    ['10-20,50-60,55-70', '10-20 and 50-70'],
  ]
  for (const [ranges, selected] of golden) {
    it(`golden: ${ranges} of 1000 bytes selects ${selected}`, () => {
      expect(describeSelection(selectRanges(`bytes=${ranges}`, 1000))).to.equal(selected)
    })
  }

  const further: ReadonlyArray<readonly [why: string, header: string, length: number, selected: string]> = [
    ['the unit has any letter case', 'ByTeS=0-1', 1000, '0-1'],
    ['another unit is ignored', 'items=0-1', 1000, 'Whole'],
    ['the last byte by its position', 'bytes=999-', 1000, '999-999'],
    ['the position after the last byte', 'bytes=1000-', 1000, 'Unsatisfiable'],
    ['a suffix longer than the body selects all of it', 'bytes=-5000', 1000, '0-999'],
    ['unsatisfiable ranges are omitted', 'bytes=2000-,5-6,-0', 1000, '5-6'],
    ['adjacent ranges are merged', 'bytes=0-4,5-9', 1000, '0-9'],
    ['ranges with a gap of one byte are not merged', 'bytes=0-4,6-9', 1000, '0-4 and 6-9'],
    ['the requested order is kept (RFC 9110 §15.3.7.2)', 'bytes=500-501,0-1', 1000, '500-501 and 0-1'],
    [
      'a merged range has the position of its first member',
      'bytes=500-510,0-1,505-520',
      1000,
      '500-520 and 0-1',
    ],
    [
      'white space and empty elements of a list (RFC 9110 §5.6.1)',
      'bytes=, 0-1 ,\t,5-6,',
      1000,
      '0-1 and 5-6',
    ],
    ['a space is not a list element', 'bytes= 0-1', 1000, 'Whole'],
    ['a space inside a range', 'bytes=0 -1', 1000, 'Whole'],
    ['only commas', 'bytes=,,', 1000, 'Whole'],
    ['one invalid range makes the set invalid', 'bytes=0-1,x', 1000, 'Whole'],
    ['two headers, joined by Node', 'bytes=0-1, bytes=5-6', 1000, 'Whole'],
    ['numbers beyond 2^64', 'bytes=0-18446744073709551616', 1000, '0-999'],
    ['numbers above the maximum of a double', `bytes=0-1${'0'.repeat(400)}`, 1000, '0-999'],
    ['suffixes above the maximum of a double', `bytes=-1${'0'.repeat(400)}`, 1000, '0-999'],
    ['numbers that are equal as doubles', 'bytes=9007199254740993-9007199254740992', 1000, 'Whole'],
    ['an empty body has no first byte', 'bytes=0-', 0, 'Unsatisfiable'],
    ['a suffix of an empty body selects nothing', 'bytes=-5', 0, 'Whole'],
  ]
  for (const [why, header, length, selected] of further) {
    it(`${why}: ${JSON.stringify(header)} of ${length} selects ${selected}`, () => {
      expect(describeSelection(selectRanges(header, length))).to.equal(selected)
    })
  }

  it('selects the whole without a Range header', () => {
    expect(selectRanges(undefined, 1000)).to.deep.equal({ _tag: 'Whole' })
  })

  it('returns 8 ranges as requested, and the whole instead of 9', () => {
    const ranges = (count: number) =>
      `bytes=${Array.from({ length: count }, (_, n) => `${n * 10}-${n * 10 + 4}`)}`
    expect(selectRanges(ranges(8), 1000)).to.have.property('_tag', 'Several')
    expect(selectRanges(ranges(9), 1000)).to.deep.equal({ _tag: 'Whole' })
  })

  it('counts ranges after merging: 100 adjacent ranges are one', () => {
    const touching = Array.from({ length: 100 }, (_, n) => `${n * 10}-${n * 10 + 9}`)
    expect(describeSelection(selectRanges(`bytes=${touching}`, 2000))).to.equal('0-999')
  })

  it('ignores a header above the length limit', () => {
    const ranges = Array.from({ length: 100_000 }, (_, n) => `${n}-`)
    expect(selectRanges(`bytes=${ranges}`, 1000)).to.deep.equal({ _tag: 'Whole' })
    expect(selectRanges(`bytes=0-${'9'.repeat(1_000_000)}`, 1000)).to.deep.equal({ _tag: 'Whole' })
  })

  it('selects the bytes that the grammar of RFC 9110 selects, for any body and header', () => {
    fc.assert(
      fc.property(rangeHeader(), fc.nat({ max: 60 }), (header, length) => {
        const body = Array.from({ length }, (_, at) => at)
        expect(bytesOf(selectRanges(header, length), body)).to.deep.equal(referenceSelection(header, length))
      }),
      { numRuns: 10_000 },
    )
  })

  it('generates headers of every kind, so that the comparison is meaningful', () => {
    const kinds = new Set(
      fc
        .sample(fc.tuple(rangeHeader(), fc.nat({ max: 60 })), 2000)
        .map(([header, length]) => selectRanges(header, length)._tag),
    )
    expect([...kinds]).to.have.members(['Whole', 'One', 'Several', 'Unsatisfiable'])
  })
})
