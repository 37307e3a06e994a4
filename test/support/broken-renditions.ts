import {
  a128,
  type Broken,
  changeAt,
  made,
  v240,
  v360,
  withFragment,
  withParts,
  withPictures,
  withRendition,
  withSequence,
  withSound,
  withTrack,
} from './break-fake-transcode-result.ts'

const colour = { primaries: 1, transfer: 1, matrix: 1, isFullRange: false }

/** Broken renditions, each in one way, and what the examiner says. */
export const brokenRenditions: ReadonlyArray<Broken> = [
  // Time
  [
    'an empty rendition',
    withRendition(v360, (one) => ({ ...one, parts: [] })),
    'complete: video rendition v360: there is nothing in it',
  ],
  [
    'a late start',
    withRendition(a128, (one) => ({
      ...one,
      parts: one.parts.map((part) => ({
        ...part,
        fragments: part.fragments.map((each) => ({
          ...each,
          startTicks: each.startTicks + 1024,
          shownFromTicks: each.shownFromTicks + 1024,
          shownToTicks: each.shownToTicks + 1024,
        })),
      })),
    })),
    'starts-at-zero: audio rendition a128: it starts at 0.021 s in place of 0',
  ],
  [
    'a gap',
    withFragment(a128, (each) => ({
      startTicks: each.startTicks + 1024,
      shownFromTicks: each.shownFromTicks + 1024,
      shownToTicks: each.shownToTicks + 1024,
    })),
    'no-gaps: audio rendition a128: a gap of 0.021 s at 2.005 s',
  ],
  [
    'an overlap',
    withFragment(a128, (each) => ({
      startTicks: each.startTicks - 1024,
      shownFromTicks: each.shownFromTicks - 1024,
      shownToTicks: each.shownToTicks - 1024,
    })),
    'no-gaps: audio rendition a128: an overlap of 0.021 s at 2.005 s',
  ],
  [
    'a part with bytes of its own',
    withFragment(a128, ({ bytes }) => ({ bytes: bytes - 1 })),
    'bytes: audio rendition a128: part 1 does not consist of exactly its fragments',
  ],
  [
    'an edit list',
    withTrack(v360, () => ({ hasEditList: true })),
    'shown-in-time: video rendition v360: an edit list shifts it in players that read edit lists',
  ],
  [
    'a turned rendition',
    withTrack(v360, () => ({ isUpright: false })),
    'upright: video rendition v360: its track header turns, mirrors or stretches it',
  ],
  [
    'two frames with one time',
    withFragment(v360, ({ samples }) => ({ shownTimes: samples - 1 })),
    'shown-in-time: video rendition v360: after 2.000 s, 50 samples are shown at 49 times',
  ],
  [
    'frames shown late',
    withFragment(v360, ({ shownFromTicks }) => ({ shownFromTicks: shownFromTicks + 512 })),
    'shown-in-time: video rendition v360: what is decoded from 2.000 s on is shown from 2.040 s to 4.000 s',
  ],
  [
    'frames shown for too long',
    withFragment(v360, ({ shownToTicks }) => ({ shownToTicks: shownToTicks + 512 })),
    'shown-in-time: video rendition v360: what is decoded from 2.000 s on is shown from 2.000 s to 4.040 s',
  ],
  [
    'sound that ends early',
    withRendition(a128, (one) => ({
      ...one,
      parts: changeAt(one.parts, 2, (part) => {
        const fragments = part.fragments.slice(0, 1)
        return { ...part, fragments, slice: { ...part.slice, end: part.slice.start + 900 } }
      }),
    })),
    'equal-length: audio rendition a128: it ends 0.976 s before video rendition v240',
    'source-length: audio rendition a128: it lasts 9.024 s, and the source 10.000 s',
  ],
  [
    'video parts that start elsewhere',
    withParts(v240, [2, 2, 1]),
    'aligned: video rendition v240: its parts do not start with those of video rendition v360',
  ],
  [
    'a video part too few',
    withParts(v240, [1, 4]),
    'aligned: video rendition v240: its parts do not start with those of video rendition v360',
  ],
  [
    'sound parts that start elsewhere',
    withParts(a128, [4, 4, 2]),
    'aligned: audio rendition a128: its parts do not start with those of video rendition v360',
  ],
  [
    'a sound part too many',
    withParts(a128, [2, 6, 1, 1]),
    'aligned: audio rendition a128: its parts do not start with those of video rendition v360',
  ],
  // Pictures
  [
    'no sequence parameter set',
    withPictures({ sequence: null }),
    'complete: video rendition v360: it contains no description of its video for a decoder',
  ],
  [
    'a part without a keyframe',
    withFragment(v360, () => ({ startsWithIdr: false })),
    'keyframes: video rendition v360: the picture at 2.000 s, which must be a keyframe, is none, and is marked as one',
  ],
  [
    'an unmarked keyframe',
    withFragment(v360, () => ({ isMarkedKey: false })),
    'keyframes: video rendition v360: the picture at 2.000 s, which must be a keyframe, is not marked as one',
  ],
  [
    'another frame rate',
    withRendition(v360, (one) => ({
      ...one,
      video: one.video && { ...one.video, frameRate: { num: 24, den: 1 } },
    })),
    'frame-rate: video rendition v360: it has 250 pictures, where 24.000 a second make 240.0',
  ],
  [
    'two frames too many',
    withFragment(v360, () => ({ samples: 52, shownTimes: 52 })),
    'frame-rate: video rendition v360: it has 252 pictures, where 25.000 a second make 250.0',
  ],
  [
    'another width in the sample entry',
    withPictures({ width: 642 }),
    'frame-size: video rendition v360: its pictures are 642x360, but playlists would say 640x360',
  ],
  [
    'another height of the frames',
    withSequence({ height: 362 }),
    'frame-size: video rendition v360: its pictures are 640x362, but playlists would say 640x360',
  ],
  [
    'pixels that are not square',
    withSequence({ isSquare: false }),
    'frame-size: video rendition v360: its pixels are not square',
  ],
  [
    'no colour description',
    withSequence({ colour: null }),
    'colours: video rendition v360: it does not declare its colours (1/1/1 limited is expected)',
  ],
  [
    'full range',
    withSequence({ colour: { ...colour, isFullRange: true } }),
    'colours: video rendition v360: its colours are tagged as 1/1/1 full in place of 1/1/1 limited',
  ],
  [
    'other colours in the box',
    withPictures({ boxColour: { ...colour, primaries: 9 } }),
    'colours: video rendition v360: its colours are tagged as 9/1/1 limited in place of 1/1/1 limited',
  ],
  [
    'another codec string',
    withTrack(v360, () => ({ codec: 'avc1.64001f' })),
    'codec-string: video rendition v360: its codec is avc1.64001e, but playlists would say avc1.64001f',
  ],
  [
    'a level that does not exist',
    withSequence({ level: 99 }),
    'level: video rendition v360: there is no level 9.9',
  ],
  [
    'a level with smaller frames',
    withSequence({ level: 40, macroblocksWide: 100, macroblocksHigh: 85, referenceFrames: 2 }),
    'level: video rendition v360: a frame has 8500 macroblocks, and level 4.0, which it declares, permits 8192',
  ],
  [
    'a level with a shorter side',
    withSequence({ macroblocksWide: 120, macroblocksHigh: 8 }),
    'level: video rendition v360: its longer side has 120 macroblocks, and level 3.0, which it declares, permits 113',
  ],
  [
    'a level with a shorter side, upright',
    withSequence({ macroblocksWide: 8, macroblocksHigh: 120 }),
    'level: video rendition v360: its longer side has 120 macroblocks, and level 3.0, which it declares, permits 113',
  ],
  [
    'a level with fewer macroblocks a second',
    withSequence({ level: 22 }),
    'level: video rendition v360: a second has 23000 macroblocks, and level 2.2, which it declares, permits 20250',
  ],
  [
    'a level with fewer reference frames',
    withSequence({ referenceFrames: 9 }),
    'level: video rendition v360: its 9 reference frames have 8280 macroblocks, and level 3.0, which it declares, permits 8100',
  ],
  [
    'a level with a smaller buffer',
    withFragment(v360, () => ({ peakBufferBits: 12_500_001 })),
    'level: video rendition v360: at 2.000 s it needs a buffer of 12501 kbit at 12500 kbit/s, and level 3.0, which it declares, permits 12500',
  ],
  [
    'a buffer that was not computed',
    withFragment(v360, () => ({ peakBufferBits: null })),
    'level: video rendition v360: at 2.000 s it needs a buffer of Infinity kbit at 12500 kbit/s, and level 3.0, which it declares, permits 12500',
  ],
  // Sound
  [
    'a sample that is too long',
    withFragment(a128, () => ({ longestTicks: 1025 })),
    'aac-samples: audio rendition a128: a sample after 2.005 s lasts 1025 ticks instead of 1024',
  ],
  [
    'a sample that is too short',
    withFragment(a128, () => ({ shortestTicks: 1023 })),
    'aac-samples: audio rendition a128: a sample after 2.005 s lasts 1023 ticks instead of 1024',
  ],
  [
    'a fragment of sound that is not marked',
    withFragment(a128, () => ({ isMarkedKey: false })),
    'keyframes: audio rendition a128: players cannot start at 2.005 s: the sample is not marked',
  ],
  [
    'another timescale',
    withTrack(a128, () => ({ timescale: 48_001 })),
    'audio-format: audio rendition a128: it is decoded at 48000 Hz and counted at 48001, where 48000 are expected',
  ],
  [
    'another rate in AudioSpecificConfig',
    withSound({ sampleRate: 44_100 }),
    'audio-format: audio rendition a128: it is decoded at 44100 Hz and counted at 48000, where 48000 are expected',
  ],
  [
    'a rate without an index',
    withSound({ sampleRate: null }),
    'audio-format: audio rendition a128: it is decoded at an unknown number of Hz and counted at 48000, where 48000 are expected',
  ],
  [
    'other channels',
    withSound({ channels: 1 }),
    'audio-format: audio rendition a128: it has 1 channels, but playlists would say 2',
  ],
  [
    'another kind of AAC',
    withSound({ objectType: 5 }),
    'codec-string: audio rendition a128: its AAC is mp4a.40.5, but playlists would say mp4a.40.2',
  ],
  // All renditions
  [
    'a missing rendition',
    { ...made, renditions: made.renditions.slice(1), progressive: made.progressive.slice(1) },
    'complete: the rendition v360 was planned but is missing',
  ],
  [
    'a missing mp4',
    { ...made, progressive: made.progressive.slice(1) },
    'complete: video rendition v360: it has no mp4',
  ],
  [
    'video that is declared to be sound, too',
    withRendition(v360, (one) => ({ ...one, audio: { channels: 2, sampleRate: 48_000 } })),
    'complete: video rendition v360: it differs from what playlists would say about it',
  ],
]
