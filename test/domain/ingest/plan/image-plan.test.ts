import { expect } from 'chai'
import fc from 'fast-check'
import {
  type ImageTarget,
  imageWarnings,
  maxSideByFormat,
  planImage,
} from '../../../../src/domain/ingest/plan/image-plan.ts'

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

  it('has PNG instead of JPEG if any pixel is transparent', () => {
    const targets = planImage({ width: 640, height: 700, hasAlpha: true })
    expect(widthsOf('png', targets)).to.deep.equal([320, 640])
    expect(widthsOf('jpeg', targets)).to.deep.equal([])
  })

  const ladders: ReadonlyArray<[string, number, number, ReadonlyArray<number>]> = [
    ['the width of a source that is well above a standard width', 1600, 900, [320, 640, 1280, 1600]],
    [
      '[V35] the width of a source in place of a standard width that is nearly as wide',
      1440,
      900,
      [320, 640, 1440],
    ],
    ['[V35] the width of a source that is near the smallest standard width', 330, 300, [330]],
    ['no width above the largest standard width', 3900, 2000, [320, 640, 1280, 1920, 2560, 3840]],
    ['a standard width that is that of the source', 1280, 720, [320, 640, 1280]],
    ['the width of a source below all standard widths', 16, 16, [16]],
    ['[V33] no width at which the picture would be too high for WebP', 2000, 40_000, [320, 640]],
    ['[V33] nothing of a picture that is too high at every width', 1, 200_000, []],
  ]
  for (const [promise, width, height, widths] of ladders)
    it(`has ${promise} (${width} × ${height})`, () => {
      expect(widthsOf('webp', planImage({ width, height, hasAlpha: false }))).to.deep.equal(widths)
    })

  it('is never empty, never wider than the source, and has no duplicates', () => {
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

  it('[V33] omits a format at the sizes that the format does not support, and at no others', () => {
    const targets = planImage({ width: 790, height: 36_861, hasAlpha: false })
    expect(widthsOf('avif', targets)).to.deep.equal([320])
    expect(widthsOf('webp', targets)).to.deep.equal([320])
    expect(widthsOf('jpeg', targets)).to.deep.equal([320, 640, 790])
  })

  it('[V35] has the width of the source in every format that supports it', () => {
    const targets = planImage({ width: 2800, height: 1000, hasAlpha: false })
    expect(widthsOf('avif', targets)).to.deep.equal([320, 640, 1280, 1920, 2560])
    expect(widthsOf('webp', targets)).to.deep.equal([320, 640, 1280, 1920, 2800])
    expect(widthsOf('jpeg', targets)).to.deep.equal([320, 640, 1280, 1920, 2800])
  })

  it('[V33] has no size that its format does not support', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        for (const { format, width } of planImage(facts)) {
          const height = Math.round((facts.height * width) / facts.width)
          // At the minimum width of one pixel, the height of a picture that is too high is reduced.
          if (width > 1)
            expect(height, format).to.be.at.most(maxSideByFormat[format] + facts.height / facts.width)
          expect(width, format).to.be.at.most(maxSideByFormat[format])
        }
      }),
    )
  })

  it('[V35] has JPEG or PNG at the largest possible width, up to 3840', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const fallback = facts.hasAlpha ? 'png' : 'jpeg'
        const widths = widthsOf(fallback, planImage(facts))
        const tall = Math.floor((facts.width * maxSideByFormat[fallback]) / facts.height)
        expect(widths.at(-1)).to.equal(Math.max(1, Math.min(facts.width, 3840, tall)))
      }),
    )
  })

  it('lists the narrowest export first', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const widths = planImage(facts).map(({ width }) => width)
        expect(widths).to.deep.equal([...widths].sort((a, b) => a - b))
      }),
    )
  })

  it('[V37] warns about content that the exports do not show', () => {
    const still = {
      width: 9,
      height: 9,
      hasAlpha: false,
      isAnimated: false,
      pages: 1,
      isHdr: false,
      leftOut: [],
    }
    expect(imageWarnings(still)).to.deep.equal([])
    expect(imageWarnings({ ...still, isAnimated: true }).join()).to.match(/^an animation: .*do not move/)
    expect(imageWarnings({ ...still, pages: 3 }).join()).to.match(/^3 pictures in one file/)
    expect(imageWarnings({ ...still, isHdr: true }).join()).to.match(/^HDR: .*tone-mapped/)
    expect(
      imageWarnings({ ...still, leftOut: ['image', 'gainMap', 'video', 'image', 'depthMap'] }),
    ).to.deep.equal([
      'a motion photo: its film is left out; add it as MP4 to keep it',
      '2 more pictures behind the first: left out; add each by itself',
      'HDR: its gain map is left out, so that its exports have the range of sRGB',
      'its depth map is left out',
    ])
  })
})
