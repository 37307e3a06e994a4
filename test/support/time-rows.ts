import {
  delayTimestamps,
  repeatStream,
  withClockJump,
  withClockWrap,
  withStreamPause,
} from './transport-stream.ts'

/**
 * One row of the table of timestamps in docs/media.md: films that flash and beep, and the expected result.
 */
type DocumentedTimeRow = {
  /** The text in the table of docs/media.md. */
  readonly comesIn: string
  readonly comesOut: string
  readonly films: ReadonlyArray<TimedFilm>
}

export type TimedFilm = {
  /** A file in test/media. */
  readonly file: string
  /** Edits the bytes of the file before it is transcoded. */
  readonly change?: (film: Buffer) => Buffer
  /** Duration of the output (seconds). */
  readonly seconds: number
  /** Times of flashes with a beep (seconds); empty for a film without them. */
  readonly beats: ReadonlyArray<number>
  /** Times of flashes without a beep (`silent`), and of beeps without a flash (`dark`). */
  readonly silent?: ReadonlyArray<number>
  readonly dark?: ReadonlyArray<number>
  readonly frameRate?: number
  /** The largest accepted distance between a flash and its beep (seconds), if it is above the default. */
  readonly apart?: number
  /**
   * Whether flashes are exact to a few milliseconds, because they fall on frames of both the source and the
   * output.
   */
  readonly isExact?: boolean
  readonly warnings?: ReadonlyArray<RegExp>
}

/** `beat.m2t` and similar films last for 6 s, and flash and beep at 1, 3 and 5 s. */
const BEATS = [1, 3, 5]
const beat = { file: 'beat.m2t', seconds: 6, beats: BEATS }
const HOUR = 3600

export const documentedTimeRows: ReadonlyArray<DocumentedTimeRow> = [
  {
    comesIn: 'a clock that starts at any time',
    comesOut: 'starts at 0',
    films: [
      { ...beat, change: (film) => delayTimestamps(film, 10 * HOUR) },
      { ...beat, file: 'beat.mkv' },
      // Frames that begin between two ticks of the output's frame rate, in a file that also has subtitles.
      { ...beat, file: 'off-grid.webm', beats: [1.05, 3.05, 5.05], warnings: [/subtitles \(webvtt\)/] },
    ],
  },
  {
    comesIn: 'a counter that starts again (33 bits of MPEG, after 26.5 hours)',
    comesOut: 'continues',
    films: [
      { ...beat, change: (film) => withClockWrap(film, 2.5) },
      { ...beat, change: (film) => withClockWrap(film, 0.01) },
    ],
  },
  {
    comesIn:
      'a transport stream whose clock jumps, forwards by more than 10 s or backwards, as recorded or because several files were joined',
    comesOut: 'continues without a gap; audio and video stay in sync',
    films: [
      { ...beat, change: (film) => withClockJump(film, 2.5, HOUR) },
      { ...beat, change: (film) => withClockJump(film, 2.5, -HOUR) },
      { ...beat, change: (film) => withClockJump(film, 2.5, -2) },
      { ...beat, change: (film) => withClockJump(withClockJump(film, 3.5, -20 * HOUR), 1.5, 12) },
      {
        ...beat,
        change: (film) => Buffer.concat([film, film]),
        seconds: 12,
        beats: [1, 3, 5, 7.12, 9.12, 11.12],
      },
      {
        ...beat,
        change: (film) => Buffer.concat([withStreamPause(film, 'pictures', 4, 6), film]),
        seconds: 12,
        beats: [1, 3, 7.12, 9.12, 11.12],
        dark: [5],
      },
    ],
  },
  {
    comesIn: 'a gap in all streams of up to 10 s',
    comesOut: 'the last frame and silence for the same time',
    films: [
      { ...beat, change: (film) => withClockJump(film, 2, 4), seconds: 10, beats: [1, 7, 9] },
      { ...beat, file: 'gap.mkv', seconds: 9, beats: [1, 6, 8] },
    ],
  },
  {
    comesIn: 'a gap in one stream, however long',
    comesOut: 'the last frame, or silence; the other stream continues',
    films: [
      {
        ...beat,
        change: (film) => withStreamPause(repeatStream(film, 3, 6), 'sound', 2, 14),
        seconds: 18,
        beats: [1, 15, 17],
        silent: [3, 5, 7, 9, 11, 13],
      },
      { ...beat, change: (film) => withStreamPause(film, 'pictures', 2, 4), beats: [1, 5], dark: [3] },
    ],
  },
  {
    comesIn: 'audio that starts later than the video',
    comesOut: 'silence until the audio starts',
    films: [
      { ...beat, file: 'late-sound.mp4', beats: [3, 5], silent: [1] },
      { ...beat, change: (film) => withStreamPause(film, 'sound', 0, 2), beats: [3, 5], silent: [1] },
      // The audio begins later than the range in which a demuxer looks for its channels.
      {
        ...beat,
        change: (film) => withStreamPause(repeatStream(film, 3, 6), 'sound', 0, 14),
        seconds: 18,
        beats: [15, 17],
        silent: [1, 3, 5, 7, 9, 11, 13],
      },
      {
        ...beat,
        change: (film) => withStreamPause(withStreamPause(film, 'sound', 0, 2), 'sound', 4, 9),
        beats: [3],
        silent: [1, 5],
      },
    ],
  },
  {
    comesIn: 'video that starts later than the audio',
    comesOut: 'the first frame from the start',
    films: [
      { ...beat, file: 'late-pictures.mp4', beats: [3, 5], dark: [1] },
      { ...beat, change: (film) => withStreamPause(film, 'pictures', 0, 1.9), beats: [3, 5], dark: [1] },
    ],
  },
  {
    comesIn: 'audio that ends before the video',
    comesOut: 'silence to the end of the video',
    films: [
      { ...beat, file: 'short-sound.mp4', seconds: 12, beats: [1], silent: [3, 5, 7, 9, 11] },
      { ...beat, change: (film) => withStreamPause(film, 'sound', 2, 9), beats: [1], silent: [3, 5] },
    ],
  },
  {
    comesIn: 'video that ends before the audio',
    comesOut: 'the last frame to the end of the audio',
    films: [
      { ...beat, file: 'short-pictures.mp4', beats: [1], dark: [3, 5] },
      { ...beat, change: (film) => withStreamPause(film, 'pictures', 2, 9), beats: [1], dark: [3, 5] },
    ],
  },
  {
    comesIn: 'an edit list that begins within the film, or puts a gap before it',
    comesOut: 'the same as in a player: the film from that point',
    films: [
      // The first frame is half a frame later than the header declares.
      { ...beat, file: 'edit-list.mp4', seconds: 4.5, beats: [1.5, 3.5], apart: 0.03 },
      { ...beat, file: 'late-sound.mp4', beats: [3, 5], silent: [1] },
    ],
  },
  {
    comesIn: 'fragments (CMAF) with negative composition offsets, which engines report late',
    comesOut: 'each frame at its time',
    films: [
      // The audio is 1024 samples late: the file has no edit list that declares this, because ffmpeg writes
      // none.
      { ...beat, file: 'beat-cmaf.mp4', isExact: true, apart: 0.025 },
      { ...beat, file: 'beat-cmaf-index.mp4', isExact: true, apart: 0.025 },
    ],
  },
  {
    comesIn: 'an MPEG program stream that was joined from several, or whose clock jumps',
    comesOut: 'continues; audio and video stay in sync',
    films: [
      {
        ...beat,
        file: 'beat.mpg',
        change: (film) => Buffer.concat([film, film]),
        seconds: 12,
        beats: [1, 3, 5, 7.08, 9.08, 11.08],
      },
    ],
  },
  {
    comesIn:
      'a file that does not state the length of its streams (MPEG program streams), so that it is estimated',
    comesOut: 'everything in the file',
    films: [{ ...beat, file: 'beat.mpg' }],
  },
  {
    comesIn:
      'several concatenated files (Matroska, WebM, MP4, FLV, Windows Media, WAVE, Wave64, AIFF, Core Audio, FLAC; Ogg, except a chain with one sound each)',
    comesOut: 'the first, and a warning',
    films: [
      {
        ...beat,
        file: 'beat.mkv',
        change: (film) => Buffer.concat([film, film]),
        warnings: [/^the file contains a second file, which begins at 0\.0 MB and is left out/],
      },
    ],
  },
  {
    comesIn: 'a chain of Ogg with one sound each in one codec, with the same or different serial numbers',
    comesOut: 'all of it',
    films: [{ file: 'tone.opus', change: (film) => Buffer.concat([film, film]), seconds: 2, beats: [] }],
  },
  {
    comesIn: 'a variable frame rate',
    comesOut: 'all frames, at the highest rate that lasts for a while or that comes back (60 at most)',
    films: [
      { ...beat, file: 'vfr.mp4', frameRate: 30 },
      { ...beat, file: 'vfr.mkv', frameRate: 30 },
      // Five pictures in each second.
      { ...beat, file: 'bursts.mp4', frameRate: 30 },
    ],
  },
  {
    comesIn:
      'a variable frame rate, and a last frame that is not the last in decoding order (MP4, QuickTime)',
    comesOut:
      'the last frame to the end of the edit list; without one, for the duration of the frame that is last in decoding order',
    films: [{ file: 'last-frame.mp4', seconds: 6.03, beats: [], silent: [1, 3, 5], frameRate: 30 }],
  },
  {
    comesIn: 'fewer than 5 frames a second',
    comesOut: 'each frame several times, at 5 to 10 a second; audio and video end together',
    films: [{ ...beat, file: 'slow.mp4', frameRate: 5, beats: [] }],
  },
  {
    comesIn: 'interlaced video (50i, 60i)',
    comesOut: 'each field as a frame: 50 or 59.94 a second',
    films: [
      { ...beat, file: 'beat-50i.mkv', frameRate: 50 },
      { ...beat, file: 'beat-50i.m2t', frameRate: 50 },
      { ...beat, file: 'beat-60i.mpg', frameRate: 60_000 / 1001 },
    ],
  },
  {
    comesIn: 'audio that changes from stereo to 5.1, or changes its sample rate',
    comesOut: 'continues, with the channels and the sample rate of its beginning',
    films: [
      { file: 'chlayout.m2t', seconds: 5.2, beats: [1.68, 3.6] },
      // FFmpeg 5 loses the beginning of the beep that falls on the change (recipe.ts).
      { ...beat, file: 'rate-change.m2t', apart: 0.04 },
      { ...beat, file: 'rate-up.m2t' },
      {
        ...beat,
        file: 'rate-up.m2t',
        change: (film) => withStreamPause(film, 'sound', 0, 2),
        beats: [3, 5],
        silent: [1],
      },
    ],
  },
  {
    comesIn: 'video that changes its size, rotated or not',
    comesOut: 'continues, in the size of the first frame',
    films: [
      { file: 'size-change.m2t', seconds: 4, beats: [] },
      { ...beat, file: 'turned-size-change.mp4' },
    ],
  },
  {
    comesIn: 'one picture and a song',
    comesOut: 'the picture for as long as the song, at 5 frames a second',
    films: [{ file: 'onepic.mp4', seconds: 30, beats: [], frameRate: 5 }],
  },
  {
    comesIn: 'one picture alone',
    comesOut: 'a film of one frame',
    films: [
      { file: 'one-picture.mp4', seconds: 0.04, beats: [] },
      { file: 'one-picture.mkv', seconds: 0.04, beats: [] },
    ],
  },
  {
    comesIn: 'a stream that is left out and lasts longer',
    comesOut: 'does not affect the length',
    films: [{ file: 'longtrack2.mkv', seconds: 12, beats: [], warnings: [/^left out: sound/] }],
  },
  {
    comesIn: 'a header that states a greater length than the file has (FLV, WAVE, Wave64, Core Audio)',
    comesOut: 'everything in the file, and a warning',
    films: [
      { file: 'flvdur.flv', seconds: 12, beats: [], warnings: [/^it is shorter than its header says/] },
    ],
  },
]
