import {
  a128,
  type Broken,
  changeAt,
  made,
  mp4OfV240,
  mp4OfV360,
  v240,
  v360,
  withExport,
  withMp4,
  withMp4Track,
  withPart,
} from './break-fake-transcode-result.ts'
import { aStoredFile } from './builders.ts'
import { progressiveFileOf } from './fake-transcode-result.ts'

/** Broken MP4s and stored exports, each in one way, and what the examiner says. */
export const brokenExports: ReadonlyArray<Broken> = [
  // MP4s
  [
    'an mp4 without its sound',
    withMp4((mp4) => ({
      ...mp4,
      renditions: mp4.renditions.slice(0, 1),
      parsed: { ...mp4.parsed, tracks: mp4.parsed.tracks.slice(0, 1) },
    })),
    'complete: video rendition v360: its mp4 has 1 tracks',
  ],
  [
    'an mp4 with a track too few',
    withMp4((mp4) => ({
      ...mp4,
      parsed: { ...mp4.parsed, tracks: mp4.parsed.tracks.slice(0, 1) },
    })),
    'complete: the mp4 of v360 and a128: it has 1 tracks of 2',
  ],
  [
    'sound alone without an mp4',
    { ...made, sourceSeconds: null, renditions: made.renditions.slice(a128), progressive: [] },
    'complete: the rendition v360 was planned but is missing',
    'complete: the rendition v240 was planned but is missing',
    'complete: audio rendition a128: it has no mp4',
  ],
  [
    'missing video, not an mp4 of sound alone',
    {
      ...made,
      sourceSeconds: null,
      renditions: made.renditions.slice(a128),
      progressive: [progressiveFileOf(made.renditions.slice(a128))],
    },
    'complete: the rendition v360 was planned but is missing',
    'complete: the rendition v240 was planned but is missing',
  ],
  [
    'an mp4 of nothing',
    { ...made, progressive: [...made.progressive, progressiveFileOf([])] },
    'complete: the mp4 of : it has 0 tracks of 0',
  ],
  [
    'an mp4 that starts slowly',
    withMp4((mp4) => ({ ...mp4, parsed: { ...mp4.parsed, isFastStart: false } })),
    'fast-start: the mp4 of v360 and a128: its index (moov) is behind its media data',
  ],
  [
    'an mp4 with another codec',
    withMp4Track(0, { codec: 'avc1.64001f' }),
    'codec-string: the mp4 of v360 and a128: a track is avc1.64001f in place of avc1.64001e',
  ],
  [
    'an mp4 that lacks a sample',
    withMp4Track(1, { samples: 469 }),
    'complete: the mp4 of v360 and a128: a track has 469 samples of 470',
  ],
  [
    'a turned mp4',
    withMp4Track(0, { isUpright: false }),
    'upright: the mp4 of v360 and a128: a track header turns, mirrors or stretches what is shown',
  ],
  [
    'an mp4 with other keyframes',
    withMp4Track(0, { keyframes: [1, 51, 102, 151, 201] }),
    'keyframes: the mp4 of v360 and a128: it marks other frames as keyframes than those that begin the GOPs of v360',
  ],
  [
    'an mp4 of keyframes',
    withMp4Track(0, { keyframes: null }),
    'keyframes: the mp4 of v360 and a128: it marks other frames as keyframes than those that begin the GOPs of v360',
  ],
  [
    'an mp4 whose sound has keyframes',
    withMp4Track(1, { keyframes: [1] }),
    'keyframes: the mp4 of v360 and a128: it marks only some samples of a128 as keyframes',
  ],
  [
    'an mp4 shown late',
    withMp4Track(0, { shownFromSeconds: 0.2 }),
    'shown-in-time: the mp4 of v360 and a128: a track is shown from 0.200 s for 10.000 s, in place of all of v360 from 0',
  ],
  [
    'an mp4 shown in part',
    withMp4Track(0, { shownSeconds: 8 }),
    'shown-in-time: the mp4 of v360 and a128: a track is shown from 0.000 s for 8.000 s, in place of all of v360 from 0',
  ],
  [
    'an mp4 with a short track',
    withMp4Track(0, { seconds: 8 }),
    'equal-length: the mp4 of v360 and a128: a track lasts 2.000 s less than v360',
  ],
  [
    'an mp4 with a long track',
    withMp4Track(0, { seconds: 11 }),
    'equal-length: the mp4 of v360 and a128: a track lasts 1.000 s more than v360',
  ],
  // Exports
  ['an export too few', (stored) => stored.slice(0, -1), 'complete: 4 exports were stored of 5'],
  [
    'two exports with one uid',
    (stored) => changeAt(stored, v360, (one) => ({ ...one, uid: stored[v240]?.uid ?? one.uid })),
    'complete: two stored items have the same uid',
  ],
  [
    'two parts in one file',
    withExport(v360, ({ parts }) => ({
      parts: changeAt(parts, 1, (part) => ({
        ...part,
        file: { ...part.file, uid: parts[0]?.file.uid ?? part.file.uid },
      })),
    })),
    'complete: two stored items have the same uid',
  ],
  [
    'two target durations',
    withExport(v240, () => ({ targetDuration: 7 })),
    'durations: the exports do not have one target duration',
  ],
  [
    'a part longer than the target',
    (stored) => stored.map((one) => ({ ...one, targetDuration: one.targetDuration && 5 })),
    'durations: video rendition v360: part 1 is longer than the target of 5 s',
    'durations: video rendition v240: part 1 is longer than the target of 5 s',
    'durations: audio rendition a128: part 1 is longer than the target of 5 s',
  ],
  [
    'another peak rate',
    withExport(v360, ({ bandwidth }) => ({ bandwidth: bandwidth + 2 })),
    'rates: video rendition v360: its peak rate would be 20002, and is 20000 bit/s',
  ],
  [
    'another average rate',
    withExport(v360, ({ averageBandwidth }) => ({ averageBandwidth: averageBandwidth - 2 })),
    'rates: video rendition v360: its average rate would be 19998, and is 20000 bit/s',
  ],
  [
    'an average above the peak',
    withExport(v360, ({ bandwidth }) => ({ averageBandwidth: bandwidth + 1 })),
    'rates: video rendition v360: its average rate would be 20001, above its peak rate of 20000 bit/s',
  ],
  [
    'rates of keyframes of sound',
    withExport(a128, () => ({ iFrames: { bandwidth: 1, averageBandwidth: 1 } })),
    'rates: audio rendition a128: it would have rates of keyframes, and has none',
  ],
  [
    'other rates of keyframes',
    withExport(v360, () => ({ iFrames: { bandwidth: 1, averageBandwidth: 1 } })),
    'rates: video rendition v360: the peak rate of its keyframes would be 1, and is 1600 bit/s',
    'rates: video rendition v360: the average rate of its keyframes would be 1, and is 1600 bit/s',
  ],
  [
    'another format',
    withExport(v360, () => ({ format: 'mp4' })),
    'complete: video rendition v360: its format would be mp4, and is m3u8',
  ],
  [
    'another codec',
    withExport(v360, () => ({ codecs: ['avc1.64001f'] })),
    'codec-string: video rendition v360: playlists would name avc1.64001f, but it is avc1.64001e',
  ],
  [
    'another size',
    withExport(v360, ({ fileSize }) => ({ fileSize: fileSize + 1 })),
    'bytes: video rendition v360: it would be said to have 26001 bytes, and has 26000',
  ],
  [
    'another duration',
    withExport(v360, () => ({ durationSeconds: 10.5 })),
    'durations: video rendition v360: its duration would be 10.5 s, and is 10 s',
  ],
  [
    'a part too few',
    withExport(v360, ({ parts }) => ({ parts: parts.slice(0, -1) })),
    'complete: video rendition v360: it would have 3 parts, which are not its 4 parts in order',
  ],
  [
    'a part too many',
    withExport(v360, ({ parts }) => ({ parts: [...parts, ...parts.slice(-1)] })),
    'complete: two stored items have the same uid',
    'complete: video rendition v360: it would have 5 parts, which are not its 4 parts in order',
  ],
  [
    'a part with another duration',
    withPart(1, { durationTicks: 12_800 }),
    'durations: video rendition v360: part 0 would be said to last 1.000 s, and lasts 2.000 s',
  ],
  [
    'a part that is stored in part',
    withPart(1, { file: aStoredFile({ size: 1 }) }),
    'bytes: video rendition v360: part 0 was stored as 1 bytes of 5000',
  ],
  [
    'a part with another content type',
    withPart(1, { contentType: 'audio/mp4' }),
    'content-type: video rendition v360: part 0 would be sent as audio/mp4 in place of video/mp4',
  ],
  [
    'a part with other keyframes',
    withPart(0, { keyframes: [{ offset: 0, length: 1, durationTicks: 1 }] }),
    'keyframes: video rendition v360: its init segment does not have its keyframes where playlists would say',
  ],
  [
    'a part with a longer keyframe',
    withPart(1, { keyframes: [{ offset: 0, length: 401, durationTicks: 25_600 }] }),
    'keyframes: video rendition v360: part 0 does not have its keyframes where playlists would say',
  ],
  [
    'a part with a keyframe that lasts longer',
    withPart(1, { keyframes: [{ offset: 0, length: 400, durationTicks: 25_601 }] }),
    'keyframes: video rendition v360: part 0 does not have its keyframes where playlists would say',
  ],
  [
    'an mp4 with a target duration',
    withExport(mp4OfV360, () => ({ targetDuration: 6 })),
    'durations: the mp4 of v360 and a128: it would have a target duration, and has no parts',
  ],
  [
    'an mp4 with rates of keyframes',
    withExport(mp4OfV240, () => ({ iFrames: { bandwidth: 1, averageBandwidth: 1 } })),
    'rates: the mp4 of v240 and a128: it would have rates of keyframes, which have no list',
  ],
  [
    'an mp4 with another peak rate',
    withExport(mp4OfV360, ({ bandwidth }) => ({ bandwidth: bandwidth + 3 })),
    'rates: the mp4 of v360 and a128: its rates would be 39897 and 39894, and are 39894 and 39894 bit/s',
  ],
  [
    'an mp4 with another average rate',
    withExport(mp4OfV360, ({ averageBandwidth }) => ({ averageBandwidth: averageBandwidth - 3 })),
    'rates: the mp4 of v360 and a128: its rates would be 39894 and 39891, and are 39894 and 39894 bit/s',
  ],
]
