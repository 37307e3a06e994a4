import { expect } from 'chai'
import fc from 'fast-check'
import { type ImageTarget, planImage } from '../../src/domain/ingest/image-plan.ts'

const anyFacts = fc.record({
  width: fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 20_000 })),
  height: fc.oneof(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 1, max: 200_000 })),
  hasAlpha: fc.boolean(),
})

const widthsOf = (format: ImageTarget['format'], targets: ReadonlyArray<ImageTarget>) =>
  targets.filter((target) => target.format === format).map(({ width }) => width)

describe('the plan of a picture', () => {
  it('has AVIF, WebP and JPEG on a ladder of widths', () => {
    const targets = planImage({ width: 6000, height: 4000, hasAlpha: false })
    expect(widthsOf('avif', targets)).to.deep.equal([320, 640, 1280, 1920, 2560])
    expect(widthsOf('webp', targets)).to.deep.equal([320, 640, 1280, 1920, 2560, 3840])
    expect(widthsOf('jpeg', targets)).to.deep.equal([320, 640, 1280, 1920, 2560, 3840])
    expect(widthsOf('png', targets)).to.deep.equal([])
  })

  it('has PNG in place of JPEG where something shines through', () => {
    const targets = planImage({ width: 700, height: 700, hasAlpha: true })
    expect(widthsOf('png', targets)).to.deep.equal([320, 640])
    expect(widthsOf('jpeg', targets)).to.deep.equal([])
  })

  const ladders: ReadonlyArray<[string, number, number, ReadonlyArray<number>]> = [
    ['the width of a source that is well above a rung', 1600, 900, [320, 640, 1280, 1600]],
    ['no width that is hardly above a rung', 1400, 900, [320, 640, 1280]],
    ['a rung that the source has exactly', 1280, 720, [320, 640, 1280]],
    ['the width of a source below all rungs', 16, 16, [16]],
    ['no width at which the picture would be too high for WebP', 2000, 40_000, [320, 640, 819]],
    ['one pixel of a picture that is next to nothing but high', 1, 200_000, [1]],
  ]
  for (const [promise, width, height, widths] of ladders)
    it(`has ${promise} (${width} × ${height})`, () => {
      expect(widthsOf('webp', planImage({ width, height, hasAlpha: false }))).to.deep.equal(widths)
    })

  it('is never empty, never wider than the source, and never makes the same twice', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const targets = planImage(facts)
        expect(targets).to.not.deep.equal([])
        expect(Math.max(...targets.map(({ width }) => width))).to.be.at.most(facts.width)
        expect(Math.min(...targets.map(({ width }) => width))).to.be.at.least(1)
        expect(new Set(targets.map(({ format, width }) => `${format} ${width}`)).size).to.equal(
          targets.length,
        )
      }),
    )
  })

  it('has the same ladder in all formats, AVIF up to 2560', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const targets = planImage(facts)
        const ladder = widthsOf('webp', targets)
        expect(widthsOf(facts.hasAlpha ? 'png' : 'jpeg', targets)).to.deep.equal(ladder)
        expect(widthsOf('avif', targets)).to.deep.equal(ladder.filter((width) => width <= 2560))
      }),
    )
  })

  it('comes narrowest first', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const widths = planImage(facts).map(({ width }) => width)
        expect(widths).to.deep.equal([...widths].sort((a, b) => a - b))
      }),
    )
  })
})
