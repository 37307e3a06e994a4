import { expect } from 'chai'
import fc from 'fast-check'
import { NO_ADDED_SECONDS, remeasureSourceSeconds } from '../../src/adapters/transcode/encode-passes.ts'
import type { SegmentedRendition } from '../../src/adapters/transcode/isobmff/segmented-rendition.ts'
import { AAC_TICKS } from '../../src/domain/examiner/examine-time.ts'

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
  isEven: true,
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
          const soundTicks = sound * AAC_TICKS
          const longest = Math.max(frame, AAC_TICKS)
          const holdFrames = (seconds: number) =>
            seconds > 0 ? Math.round((seconds * TIMESCALE) / frame) + off : 0
          const videoTicks = (hold: number) => (pictures + holdFrames(hold)) * frame
          const hold = Math.max(0, announced + (soundTicks - videoTicks(announced)) / TIMESCALE)
          const films = [rendition(videoTicks(hold), frame)]
          fc.pre(Math.abs(videoTicks(hold) - soundTicks) <= longest)
          const seconds = remeasureSourceSeconds(soundTicks / TIMESCALE, films, {
            ...NO_ADDED_SECONDS,
            holdSeconds: hold,
          })
          for (const ticks of [videoTicks(hold), soundTicks])
            expect(Math.abs(ticks / TIMESCALE - (seconds ?? 0))).to.be.at.most(longest / TIMESCALE + 1e-6)
        },
      ),
    )
  })
})
