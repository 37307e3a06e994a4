import { expect } from 'chai'
import fc from 'fast-check'
import type { SegmentedRendition } from '../../../src/adapters/transcode/isobmff/segmented-rendition.ts'
import {
  longestEncoded,
  NO_PADDING,
  remeasurePaddedAudio,
  remeasureVideo,
} from '../../../src/adapters/transcode/source-length.ts'
import { AAC_FRAME_SAMPLES } from '../../../src/domain/media/aac.ts'

const TIMESCALE = 48_000
const track = {
  codec: '',
  timescale: TIMESCALE,
  isUpright: true,
  hasEditList: false,
  video: null,
  audio: null,
}
const slice = { path: '', start: 0, end: 0 }

const rendition = (durationTicks: number, frame: number | null): SegmentedRendition => ({
  name: frame === null ? 'sound' : 'pictures',
  video: frame === null ? null : { width: 64, height: 48, frameRate: { num: TIMESCALE, den: frame } },
  audio: frame === null ? { channels: 2, sampleRate: TIMESCALE } : null,
  codec: '',
  timescale: TIMESCALE,
  track,
  init: slice,
  parts: [{ slice, durationTicks, keyframes: [], fragments: [], startTicks: 0 }],
  hasEqualFrames: true,
})

describe('the length of a source', () => {
  it('[V41] differs by at most a frame from the renditions after levelling, for any declared length', () => {
    const rates = [60, 50, 30, 25, 24, 12, 5].map((rate) => TIMESCALE / rate)
    fc.assert(
      fc.property(
        fc.record({
          frame: fc.constantFrom(...rates),
          pictures: fc.integer({ min: 1, max: 500 }),
          sound: fc.integer({ min: 1, max: 20_000 }),
          // `announced`: the missing seconds by the header. `off`: the frames by which the hold of the last
          // frame differs.
          announced: fc.double({ min: 0, max: 3, noNaN: true }),
          off: fc.integer({ min: 0, max: 2 }),
        }),
        ({ frame, pictures, sound, announced, off }) => {
          const soundTicks = sound * AAC_FRAME_SAMPLES
          const longest = Math.max(frame, AAC_FRAME_SAMPLES)
          const holdFrames = (seconds: number) =>
            seconds > 0 ? Math.round((seconds * TIMESCALE) / frame) + off : 0
          const videoTicks = (hold: number) => (pictures + holdFrames(hold)) * frame
          const hold = Math.max(0, announced + (soundTicks - videoTicks(announced)) / TIMESCALE)
          const renditions = [rendition(videoTicks(hold), frame), rendition(soundTicks, null)]
          fc.pre(Math.abs(videoTicks(hold) - soundTicks) <= longest)
          const encoded = { video: null, audio: soundTicks / TIMESCALE }
          const added = { ...NO_PADDING, lastFrameSeconds: hold }
          const seconds = longestEncoded(renditions, remeasureVideo(encoded, renditions, added))
          for (const ticks of [videoTicks(hold), soundTicks])
            expect(Math.abs(ticks / TIMESCALE - (seconds ?? 0))).to.be.at.most(longest / TIMESCALE + 1e-6)
        },
      ),
    )
  })

  it('[V41] is not above that of audio which was padded again, without the tail that the header announced', () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.nat(100_000), fc.nat(100_000), (own, tail, video) => {
        const frames = (samples: number) => Math.ceil(samples / AAC_FRAME_SAMPLES) * AAC_FRAME_SAMPLES
        const padded = frames(Math.max(own, video))
        const { audio } = remeasurePaddedAudio({ video: null, audio: frames(own + tail) - tail }, padded)
        expect(audio).to.be.within(own, padded)
      }),
    )
  })
})
