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
    comesOut: 'goes on',
    films: [
      { ...beat, change: (film) => withClockWrap(film, 2.5) },
      { ...beat, change: (film) => withClockWrap(film, 0.01) },
    ],
  },
  {
    comesIn:
      'a transport stream whose clock jumps, forwards by more than 10 s or backwards, be it recorded so or put together of several',
    comesOut: 'goes on without a gap; sound and pictures stay together',
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
    comesOut: 'the last picture and silence for as long',
    films: [
      { ...beat, change: (film) => withClockJump(film, 2, 4), seconds: 10, beats: [1, 7, 9] },
      { ...beat, file: 'gap.mkv', seconds: 9, beats: [1, 6, 8] },
    ],
  },
  {
    comesIn: 'a gap in one stream, however long',
    comesOut: 'the last picture, or silence; the other stream goes on',
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
    comesIn: 'sound that starts later than the pictures',
    comesOut: 'silence up to there',
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
    comesIn: 'pictures that start later than the sound',
    comesOut: 'the first picture from the start',
    films: [
      { ...beat, file: 'late-pictures.mp4', beats: [3, 5], dark: [1] },
      { ...beat, change: (film) => withStreamPause(film, 'pictures', 0, 1.9), beats: [3, 5], dark: [1] },
    ],
  },
  {
    comesIn: 'sound that ends before the pictures',
    comesOut: 'silence to the end of the pictures',
    films: [
      { ...beat, file: 'short-sound.mp4', seconds: 12, beats: [1], silent: [3, 5, 7, 9, 11] },
      { ...beat, change: (film) => withStreamPause(film, 'sound', 2, 9), beats: [1], silent: [3, 5] },
    ],
  },
  {
    comesIn: 'pictures that end before the sound',
    comesOut: 'the last picture to the end of the sound',
    films: [
      { ...beat, file: 'short-pictures.mp4', beats: [1], dark: [3, 5] },
      { ...beat, change: (film) => withStreamPause(film, 'pictures', 2, 9), beats: [1], dark: [3, 5] },
    ],
  },
  {
    comesIn: 'an edit list that begins within the film, or puts a gap before it',
    comesOut: 'what a player shows: the film from there',
    films: [
      // The first frame is half a frame later than the header declares.
      { ...beat, file: 'edit-list.mp4', seconds: 4.5, beats: [1.5, 3.5], apart: 0.03 },
      { ...beat, file: 'late-sound.mp4', beats: [3, 5], silent: [1] },
    ],
  },
  {
    comesIn: 'fragments (CMAF) with negative composition offsets, which engines report late',
    comesOut: 'each picture at its time',
    films: [
      // The audio is 1024 samples late: the file has no edit list that declares this, because ffmpeg writes
      // none.
      { ...beat, file: 'beat-cmaf.mp4', isExact: true, apart: 0.025 },
      { ...beat, file: 'beat-cmaf-index.mp4', isExact: true, apart: 0.025 },
    ],
  },
  {
    comesIn: 'an MPEG program stream that is put together of several, or whose clock jumps',
    comesOut: 'goes on; sound and pictures stay together',
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
      'a file that does not say where its streams end (MPEG program streams), so that this is estimated',
    comesOut: 'what there is',
    films: [{ ...beat, file: 'beat.mpg' }],
  },
  {
    comesIn:
      'a file of several, one behind the other (Matroska, WebM, MP4, FLV, WAVE, AIFF, FLAC; Ogg, but for a chain of one sound each)',
    comesOut: 'the first, and a warning',
    films: [
      {
        ...beat,
        file: 'beat.mkv',
        change: (film) => Buffer.concat([film, film]),
        warnings: [/^the file goes on after its end: at 0\.0 MB another file begins, which is left out/],
      },
    ],
  },
  {
    comesIn: 'a chain of Ogg with one sound each in one codec, be their serial numbers different or not',
    comesOut: 'all of it',
    films: [{ file: 'tone.opus', change: (film) => Buffer.concat([film, film]), seconds: 2, beats: [] }],
  },
  {
    comesIn: 'pictures at a rate that varies',
    comesOut:
      'all of them, at the highest rate that the film has for a while, or that comes back (60 at most)',
    films: [
      { ...beat, file: 'vfr.mp4', frameRate: 30 },
      { ...beat, file: 'vfr.mkv', frameRate: 30 },
      // Five pictures in each second.
      { ...beat, file: 'bursts.mp4', frameRate: 30 },
    ],
  },
  {
    comesIn: 'fewer than 5 pictures a second',
    comesOut: 'each picture several times, at 5 to 10 a second; sound and pictures end together',
    films: [{ ...beat, file: 'slow.mp4', frameRate: 5, beats: [] }],
  },
  {
    comesIn: 'interlaced pictures (50i, 60i)',
    comesOut: 'each field as a picture: 50 or 59.94 a second',
    films: [
      { ...beat, file: 'beat-50i.mkv', frameRate: 50 },
      { ...beat, file: 'beat-50i.m2t', frameRate: 50 },
      { ...beat, file: 'beat-60i.mpg', frameRate: 60_000 / 1001 },
    ],
  },
  {
    comesIn: 'sound that changes from stereo to 5.1, or its sample rate',
    comesOut: 'goes on, in the form that was planned for its beginning',
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
    comesIn: 'pictures that change their size, be they turned or not',
    comesOut: 'go on, in the size of the first',
    films: [
      { file: 'size-change.m2t', seconds: 4, beats: [] },
      { ...beat, file: 'turned-size-change.mp4' },
    ],
  },
  {
    comesIn: 'one picture and a song',
    comesOut: 'the picture for as long as the song, at 5 a second',
    films: [{ file: 'onepic.mp4', seconds: 30, beats: [], frameRate: 5 }],
  },
  {
    comesIn: 'one picture alone',
    comesOut: 'a film of one picture',
    films: [
      { file: 'one-picture.mp4', seconds: 0.04, beats: [] },
      { file: 'one-picture.mkv', seconds: 0.04, beats: [] },
    ],
  },
  {
    comesIn: 'a stream that is left out and goes on for longer',
    comesOut: 'does not count',
    films: [{ file: 'longtrack2.mkv', seconds: 12, beats: [], warnings: [/^left out: sound/] }],
  },
  {
    comesIn: 'a header that says more than there is (FLV)',
    comesOut: 'what there is, and a warning',
    films: [{ file: 'flvdur.flv', seconds: 12, beats: [], warnings: [/^it is shorter than it says/] }],
  },
]
