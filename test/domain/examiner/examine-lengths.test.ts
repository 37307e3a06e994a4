import { expect } from 'chai'
import { examineLengths } from '../../../src/domain/examiner/examine-lengths.ts'
import type { ParsedRendition } from '../../../src/domain/examiner/parsed-media.ts'

/** Returns a rendition of `ticks` duration, whose samples last `sample` ticks each. */
const reading = (
  kind: 'pictures' | 'sound',
  timescale: number,
  sample: number,
  ticks: number,
): ParsedRendition => ({
  name: kind,
  track: {
    codec: '',
    timescale,
    video: kind === 'pictures' ? { width: 640, height: 360, sequence: null, boxColour: null } : null,
    audio: null,
    isUpright: true,
    hasEditList: false,
  },
  parts: [
    {
      bytes: 1,
      fragments: [
        {
          bytes: 1,
          firstSampleEnd: 1,
          startTicks: 0,
          durationTicks: ticks,
          samples: Math.round(ticks / sample),
          shortestTicks: sample,
          longestTicks: sample,
          shownFromTicks: 0,
          shownToTicks: ticks,
          shownTimes: Math.round(ticks / sample),
          isMarkedKey: true,
          startsWithIdr: null,
          peakBufferBits: null,
        },
      ],
    },
  ],
})

const film = (milliseconds: number) => reading('pictures', 1000, 40, milliseconds)
const sound = (milliseconds: number) => reading('sound', 48_000, 1024, milliseconds * 48)

describe('durations of renditions', () => {
  it('[V41] may differ by one frame or one audio sample, whichever is longer', () => {
    expect(examineLengths([film(10_000), sound(10_040)])).to.deep.equal([])
    expect(examineLengths([film(10_000), sound(9960)])).to.deep.equal([])
    expect(examineLengths([film(10_000), sound(10_042)]).map(({ message }) => message)).to.deep.equal([
      'video rendition pictures: it ends 0.042 s before audio rendition sound',
    ])
    expect(examineLengths([film(10_000), film(10_000), sound(9958)])).to.have.length(1)
  })
})
