import { expect } from 'chai'
import sharp from 'sharp'
import { imageWarnings } from '../../../src/domain/ingest/plan/image-plan.ts'
import { createApng } from '../../support/apng.ts'
import { chartColours, worstError } from '../../support/chart.ts'
import { encodings } from '../../support/chart-encodings.ts'
import { pngChart, pngChunk, pngColour } from '../../support/chart-png.ts'
import { createPictureFolder } from '../../support/picture-folder.ts'
import { plainImage } from '../../support/pictures.ts'
import { renderedPatches } from '../../support/render-chart.ts'

/** Joins frames into one animation. */
const animation = async (format: 'gif' | 'webp', frames: ReadonlyArray<Buffer>): Promise<Buffer> => {
  const joined = sharp([...frames], { join: { animated: true } })
  return format === 'gif' ? joined.gif().toBuffer() : joined.webp({ lossless: true }).toBuffer()
}

describe('[V37] an animation', () => {
  const { inspect, firstPixel } = createPictureFolder()

  const frames = async (...backgrounds: ReadonlyArray<string>) =>
    Promise.all(backgrounds.map((background) => plainImage(background, 160, 120).png().toBuffer()))

  for (const format of ['gif', 'webp'] as const) {
    it(`causes a warning that its motion is lost (${format})`, async () => {
      const bytes = await animation(format, await frames('red', 'blue'))
      expect(imageWarnings(await inspect(bytes)).join()).to.match(/^an animation/)
    })

    for (const blank of ['#fff', '#000', 'transparent'])
      it(`is exported without its blank frames at the start (${format}, ${blank})`, async () => {
        const picture = pngChart({ type: 'rgba' })
        const bytes = await animation(format, [...(await frames(blank, blank)), picture])
        expect(worstError(await renderedPatches(bytes), chartColours)).to.be.at.most(3)
      })

    it(`is exported as its first frame when all are blank (${format})`, async () => {
      expect(await firstPixel(await animation(format, await frames('red', 'blue')))).to.deep.equal([
        255, 0, 0,
      ])
    })
  }

  it('in PNG causes a warning that its motion is lost', async () => {
    const bytes = pngChart({ chunks: [pngChunk('acTL', Buffer.from([0, 0, 0, 2, 0, 0, 0, 0]))] })
    expect(imageWarnings(await inspect(bytes)).join()).to.match(/^an animation/)
  })

  for (const depth of [8, 16] as const) {
    it(`in PNG is exported as its default image if that is not blank (${depth} bit)`, async () => {
      const bytes = createApng({ depth, frames: [{ shows: 'chart' }, { shows: 'white' }] })
      expect(worstError(await renderedPatches(bytes), chartColours)).to.be.at.most(3)
    })

    for (const first of ['white', 'nothing'] as const)
      it(`in PNG is exported without its blank frames at the start (${depth} bit, ${first})`, async () => {
        const bytes = createApng({ depth, frames: [{ shows: first }, { shows: first }, { shows: 'chart' }] })
        expect(worstError(await renderedPatches(bytes), chartColours)).to.be.at.most(3)
        expect(imageWarnings(await inspect(bytes)).join()).to.match(/^an animation/)
      })
  }

  it('in PNG composes a partial frame with the frames before', async () => {
    const half = { shows: 'chart', part: 'lower half' } as const
    for (const [first, dispose] of [
      ['white', 0],
      ['white', 1],
      ['nothing', 0],
      ['nothing', 2],
    ] as const) {
      const bytes = createApng({
        frames: [
          { shows: first, dispose },
          { ...half, blend: 1 },
        ],
      })
      const patches = await renderedPatches(bytes)
      expect(worstError(patches.slice(8), chartColours.slice(8)), `${first} ${dispose}`).to.be.at.most(3)
    }
  })

  it('in PNG is exported as its first frame that is not blank, if the default image is not a frame', async () => {
    const bytes = createApng({
      frames: [{ shows: 'white', isApart: true }, { shows: 'white' }, { shows: 'chart' }],
    })
    expect(worstError(await renderedPatches(bytes), chartColours)).to.be.at.most(3)
  })

  it('in PNG keeps the colours that its chunks describe', async () => {
    const bytes = createApng({
      depth: 16,
      encoding: encodings.p3,
      chunks: [pngColour.cicp(12, 13)],
      frames: [{ shows: 'nothing' }, { shows: 'chart' }],
    })
    expect(worstError(await renderedPatches(bytes), chartColours)).to.be.at.most(3)
  })

  it('in PNG is exported as its default image when all frames are blank, or one is damaged', async () => {
    for (const bytes of [
      createApng({ frames: [{ shows: 'white' }, { shows: 'white' }] }),
      createApng({ frames: [{ shows: 'white' }, { shows: 'chart', x: 100 }] }),
    ])
      expect(await firstPixel(bytes)).to.deep.equal([255, 255, 255])
  })

  it('of one frame causes no warning', async () => {
    expect(imageWarnings(await inspect(await plainImage('red').gif().toBuffer()))).to.deep.equal([])
  })
})
