import { expect } from 'chai'
import { compareSizes, effectivePixelRatio, scaleSize } from '../../../src/domain/media/size-comparison.ts'

const square = (side: number) => ({ width: side, height: side })

describe('the effective pixel ratio of an export for a request of 100×100 (http-api.md §5.4, W19)', () => {
  for (const [pr, have, ratio] of [
    [3, 100, 1],
    [3, 80, 0.75],
    [3, 150, 1.5],
    [2, 200, 2],
    [2, 100, 1],
    [1.5, 100, 1],
    [1.5, 75, 0.75],
    [1, 50, 0.5],
    [1.1, 110, 1.1],
    [16, 1599, 8],
  ] as const) {
    it(`is ${ratio} at ratio ${pr} for ${have}×${have}`, () => {
      expect(effectivePixelRatio(square(100), square(have), pr)).to.equal(ratio)
    })
  }

  it('is the same for all sizes that are too small', () => {
    expect(effectivePixelRatio(square(100), square(29), 1)).to.equal(0.25)
    expect(effectivePixelRatio(square(100), square(1), 1)).to.equal(0.25)
  })
})

describe('the size comparison (http-api.md §5.4)', () => {
  const sorted = (...sides: ReadonlyArray<readonly [number, number]>) =>
    sides
      .map(([width, height]) => ({ width, height }))
      .sort(compareSizes(square(100)))
      .map(({ width, height }) => [width, height])

  it('prefers more useful area, even with much more useless area', () => {
    expect(sorted([90, 100], [4000, 100])).to.deep.equal([
      [4000, 100],
      [90, 100],
    ])
  })

  it('prefers less useless area if the useful area is equal', () => {
    expect(sorted([200, 200], [100, 120], [101, 101])).to.deep.equal([
      [101, 101],
      [100, 120],
      [200, 200],
    ])
  })

  it('rounds up, without floating-point errors', () => {
    expect(scaleSize(square(100), 1.1)).to.deep.equal(square(110))
    expect(scaleSize(square(99), 0.375)).to.deep.equal(square(38))
  })
})
