import { expect } from 'chai'
import fc from 'fast-check'
import { MobileFilter } from '../../../src/domain/hls/mobile-filter.ts'
import { E } from '../../../src/fp.ts'

const decode = (query: unknown): MobileFilter => {
  const decoded = MobileFilter.decode(query)
  if (E.isLeft(decoded)) throw new Error(decoded.left.map(({ message }) => message).join())
  return decoded.right
}

/** Returns the names of the invalid parameters. */
const faults = (query: unknown): ReadonlyArray<string | undefined> => {
  const decoded = MobileFilter.decode(query)
  return E.isLeft(decoded) ? decoded.left.map(({ context }) => context.at(-1)?.key) : []
}

describe('the filter of a master playlist (http-api.md §5.3)', () => {
  it('[V46] filters nothing by default', () => {
    expect(decode({})).to.deep.equal({
      size: null,
      pixelRatio: 1,
      minBandwidth: 0,
      maxBandwidth: Number.POSITIVE_INFINITY,
    })
  })

  it('rounds sizes up', () => {
    expect(decode({ w: '99.1', h: '1e2', pr: '1.5' })).to.deep.include({
      size: { width: 100, height: 100 },
      pixelRatio: 1.5,
    })
  })

  it('uses width and height only together', () => {
    expect(decode({ w: '100' }).size).to.equal(null)
    expect(decode({ h: '100' }).size).to.equal(null)
  })

  it('accepts any bmax, however low (W21)', () => {
    expect(decode({ bmax: '64000' })).to.include({ minBandwidth: 0, maxBandwidth: 64_000 })
    expect(decode({ bmax: '0' })).to.include({ minBandwidth: 0, maxBandwidth: 0 })
    expect(decode({ bmin: '5', bmax: '5' })).to.include({ minBandwidth: 5, maxBandwidth: 5 })
  })

  it('accepts pixel ratios up to 16', () => {
    for (const pr of ['0.01', '.5', '10', '16', '1e1', '16.0'])
      expect(decode({ pr }).pixelRatio).to.equal(Number(pr))
  })

  const odd = ['', 'abc', 'nan', 'NaN', 'inf', '-inf', 'Infinity', '1e999', '0x10', '-1', ' 1', '1,5', '١']
  for (const [name, values] of [
    ['w', [...odd, '0', '0.99', ['100', '100']]],
    ['h', [...odd, '0', '0.99']],
    ['pr', [...odd, '0', '16.1', '0e5']],
    ['bmin', [...odd, '1.5', '1e3', '1.0']],
    ['bmax', [...odd, '1.5', '1e3', '9'.repeat(400)]],
  ] as const) {
    for (const value of values) {
      const shown = JSON.stringify(value).slice(0, 20)
      it(`refuses ${name}=${shown} and names it (W20)`, () => {
        expect(faults({ [name]: value })).to.deep.equal([name])
      })
    }
  }

  it('refuses bmax below bmin', () => {
    expect(faults({ bmin: '100', bmax: '99' })).to.deep.equal(['bmax'])
  })

  it('names every fault', () => {
    expect(faults({ w: 'x', h: '0', pr: '17', bmin: '-1', bmax: '?' })).to.deep.equal([
      'w',
      'h',
      'pr',
      'bmin',
      'bmax',
    ])
  })

  it('ignores other parameters', () => {
    expect(decode({ jwt: 'a.b.c', presign: '1' })).to.deep.equal(decode({}))
  })

  it('never throws, for any query (W20)', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('w', 'h', 'pr', 'bmin', 'bmax'), fc.string()), (query) => {
        const decoded = MobileFilter.decode(query)
        if (E.isRight(decoded)) expect(decoded.right.pixelRatio).to.be.within(0, 16)
      }),
    )
  })

  it('decodes what it encodes', () => {
    const query = fc
      .record({
        w: fc.integer({ min: 1, max: 9999 }),
        h: fc.integer({ min: 1, max: 9999 }),
        pr: fc.double({ min: 0.01, max: 16, noNaN: true }),
        bmin: fc.nat(),
        more: fc.option(fc.nat(), { nil: undefined }),
      })
      .map(({ more, ...rest }) => ({ ...rest, ...(more === undefined ? {} : { bmax: rest.bmin + more }) }))
      .map((numbers) => Object.fromEntries(Object.entries(numbers).map(([name, n]) => [name, String(n)])))
    fc.assert(
      fc.property(query, (given) => {
        const filter = decode(given)
        expect(decode(MobileFilter.encode(filter))).to.deep.equal(filter)
      }),
    )
  })
})
