import { expect } from 'chai'
import { type CutRendition, checkRenditions } from '../../src/adapters/transcode/check-renditions.ts'

const slice = { path: 'film.mp4', start: 0, end: 1 }
const rendition = (overrides: Partial<CutRendition>, ticks: number): CutRendition => ({
  name: 'film',
  video: { width: 640, height: 360, frameRate: { num: 25, den: 1 } },
  audio: null,
  codec: 'avc1.64001e',
  timescale: 1000,
  init: slice,
  parts: [{ slice, startTicks: 0, durationTicks: ticks, keyframes: [] }],
  isEven: true,
  ...overrides,
})
const film = (ticks: number) => rendition({}, ticks)
const sound = (milliseconds: number, isEven = true) =>
  rendition(
    { name: 'sound', video: null, audio: { channels: 2, sampleRate: 48_000 }, timescale: 48_000, isEven },
    milliseconds * 48,
  )

describe('checkRenditions', () => {
  it('[V41] lets nothing pass that does not last equally long, within a frame', () => {
    checkRenditions([film(10_000), sound(10_040)])
    expect(() => checkRenditions([film(10_000), sound(10_042)])).to.throw('equally long')
    expect(() => checkRenditions([film(10_000), sound(9958)])).to.throw('equally long')
  })

  it('[V42] lets no sound pass of which a sample does not last 1024 ticks', () => {
    expect(() => checkRenditions([film(10_000), sound(10_000, false)])).to.throw('gaps')
  })

  it('lets no pictures pass of which the parts do not start together', () => {
    const late = rendition({ name: 'late', parts: [] }, 0)
    expect(() => checkRenditions([film(10_000), late])).to.throw('start together')
  })
})
