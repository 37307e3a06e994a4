import * as t from 'io-ts'
import { INTERLACE_SAMPLE_FRAMES, mayBeInterlaced } from '../../domain/ingest/plan/interlacing.ts'
import { nullable } from '../../domain/shared/nullable.ts'
import { refine } from '../../domain/shared/refine.ts'
import { isSupportedCodec } from './process/decoder-limits.ts'
import { StreamPurpose } from './stream-purposes.ts'

const isFiniteNumber = (value: unknown): value is number => Number.isFinite(value)

const Finite = refine('Finite', isFiniteNumber)
/**
 * A time from the start, in seconds. A negative value is rejected, because the database stores no negative
 * times.
 */
const Seconds = refine('Seconds', (value: unknown): value is number => isFiniteNumber(value) && value >= 0)

/** The fields that streams of all kinds have. */
const stream = {
  index: t.number,
  /** Id of the stream in the file, such as the PID in a transport stream; `null` if the stream has no id. */
  id: nullable(t.number),
  /** Numbers of the programs to which the stream belongs, in a transport stream with several programs. */
  programs: t.readonlyArray(t.number),
  /** Name of the codec, as FFmpeg uses it. */
  codec: t.string,
  /** Language tag of the stream; `null` if the tag is missing or malformed (see normalizeLanguage). */
  language: nullable(t.string),
  purposes: t.readonlyArray(StreamPurpose),
}

const timed = {
  isDefault: t.boolean,
  /** Seconds from the start of the file to the start of the stream; `null` if unknown. */
  startSeconds: nullable(Finite),
  /** Seconds from the start of the file to the end of the stream; `null` if unknown or estimated. */
  endSeconds: nullable(Seconds),
  /**
   * If other streams of the same kind continue this stream, as in joined recordings: the number of seconds
   * after which this stream ends.
   */
  splitAfter: nullable(Seconds),
}

const ProbedVideo = t.readonly(
  t.strict({
    kind: t.literal('video'),
    ...stream,
    ...timed,
    /** Whether the stream is cover art or thumbnails. */
    isCover: t.boolean,
    /** Coded size in pixels; 0 if the decoder does not report the size. */
    width: t.number,
    height: t.number,
    /** Width of a pixel divided by its height. */
    pixelAspect: t.number,
    /** Degrees by which a player must rotate the frames clockwise. */
    rotation: t.number,
    /** Whether a player must flip the frames vertically before the rotation. */
    mirrored: t.boolean,
    averageRate: t.number,
    nominalRate: t.number,
    /** Fraction of the first frames that are interlaced; 0 if the frames were not decoded. */
    interlacedShare: t.number,
    /** Whether the frames have an alpha channel. */
    hasAlpha: t.boolean,
    /** Whether the first frames contain captions (CEA-608, CEA-708); `false` if they were not decoded. */
    hasCaptions: t.boolean,
    /** Colour tags of the stream (see VideoColourTags). */
    colour: t.strict({
      primaries: t.number,
      transfer: t.number,
      matrix: t.number,
      isMatrixOfContainer: t.boolean,
    }),
    /** Delays with which the engine reports frames (see `late` of VideoSource). */
    late: t.readonlyArray(t.strict({ fromSeconds: t.number, seconds: t.number })),
    /** When the last frame is shown (see `lastFrame` of VideoSource). */
    lastFrame: nullable(t.strict({ fromSeconds: t.number, toSeconds: t.number })),
  }),
)
export type ProbedVideo = t.TypeOf<typeof ProbedVideo>

const ProbedAudio = t.readonly(
  t.strict({
    kind: t.literal('audio'),
    ...stream,
    ...timed,
    /** Number of channels; 0 if unknown. */
    channels: t.number,
    sampleRate: t.number,
    bitrate: nullable(t.number),
  }),
)
export type ProbedAudio = t.TypeOf<typeof ProbedAudio>

const ProbedSubtitles = t.readonly(t.strict({ kind: t.literal('subtitles'), ...stream }))
export type ProbedSubtitles = t.TypeOf<typeof ProbedSubtitles>

export type ProbedStream = ProbedVideo | ProbedAudio | ProbedSubtitles

const ProbedExtras = t.readonly(
  t.strict({
    /** Names of data streams, such as `tmcd` (timecodes) or `gpmd` (telemetry). */
    data: t.readonlyArray(t.string),
    /** Names of attached files, such as `ttf` (fonts). */
    attachments: t.readonlyArray(t.string),
    /** Number of chapters. */
    chapters: t.number,
  }),
)
/** Contents of a file that are neither video, audio nor subtitles. */
export type ProbedExtras = t.TypeOf<typeof ProbedExtras>

/** Facts about a file, as a demuxer reports them. */
export const ProbedFile = t.readonly(
  t.strict({
    /**
     * Duration of the longest stream in seconds; `null` if it is unknown, or only estimated from size and
     * bitrate.
     */
    durationSeconds: nullable(Seconds),
    streams: t.readonlyArray(t.union([ProbedVideo, ProbedAudio, ProbedSubtitles])),
    extras: ProbedExtras,
  }),
)
export type ProbedFile = t.TypeOf<typeof ProbedFile>

/**
 * Facts from decoding the first frames of a stream. `seconds` is the timestamp of the first frame, as the
 * file states it.
 */
export type FirstFramesFacts = {
  readonly seconds: number | null
  readonly interlacedShare: number
  readonly hasCaptions: boolean
}

/**
 * Adds the facts from the first frames to a stream. `start` is the start of the file, on the clock of the
 * file.
 */
export const withFirstFrames = (
  stream: ProbedStream,
  { seconds, interlacedShare, hasCaptions }: FirstFramesFacts,
  start: number,
): ProbedStream =>
  stream.kind === 'video'
    ? {
        ...stream,
        interlacedShare,
        hasCaptions,
        startSeconds: seconds === null ? stream.startSeconds : seconds - start,
      }
    : stream

/** Codecs whose frames may contain captions that FFmpeg's decoders report. */
const CODECS_WITH_CAPTIONS: ReadonlyArray<string> = ['h264', 'hevc', 'mpeg2video', 'av1']

/**
 * Number of frames to examine for captions. Ten are enough, because encoders of broadcasts write captions
 * into nearly all frames, even while no one speaks.
 */
export const CAPTION_SAMPLE_FRAMES = 10

/**
 * Maximum number of video streams whose first frames are decoded. Without this limit, a hostile file with
 * many streams could make probing take any time.
 */
const MAX_DECODED_STREAMS = 8

/**
 * Returns the indexes of the video streams whose first frames may be decoded: the largest, because one of them
 * will be selected. Covers and streams in unsupported codecs are not decoded.
 */
export const streamsToDecode = (streams: ReadonlyArray<ProbedStream>): ReadonlyArray<number> =>
  streams
    .filter((stream) => stream.kind === 'video')
    .filter(({ isCover, codec }) => !isCover && isSupportedCodec(codec))
    .toSorted((a, b) => b.width * b.height - a.width * a.height)
    .slice(0, MAX_DECODED_STREAMS)
    .map(({ index }) => index)

/**
 * Returns how many of the first frames must be decoded. Several frames are needed if the video may be
 * interlaced or have captions, because no header states this. One frame is needed if the start of the stream
 * is unknown, as for a file that was probed with ffmpeg instead of ffprobe (see parseFfprobeListing).
 */
export const framesToDecode = (stream: ProbedStream): number => {
  if (stream.kind !== 'video' || stream.isCover) return 0
  if (mayBeInterlaced(stream)) return INTERLACE_SAMPLE_FRAMES
  if (CODECS_WITH_CAPTIONS.includes(stream.codec)) return CAPTION_SAMPLE_FRAMES
  return stream.startSeconds === null && isSupportedCodec(stream.codec) ? 1 : 0
}

/**
 * Returns a name for a stream without a codec: the stream's tag in the file. A malformed tag is not used,
 * because the text is untrusted and is shown to people.
 */
export const streamDisplayName = (
  codec: string | null | undefined,
  tag: string | null | undefined,
): string => {
  if (tag && /^[a-z][\w-]{1,3}$/i.test(tag)) return tag
  return codec && codec !== 'none' ? codec : 'unknown'
}

/**
 * Matches FFmpeg's names of pixel formats with alpha. `pal8` (a palette) is not matched, because nearly all
 * palettes are opaque.
 */
const ALPHA_FORMAT = /^(?:yuva|uyva|vuya|ayuv|ya\d|yaf|gbrap|rgba|bgra|argb|abgr)/

/**
 * Returns whether a video has an alpha channel. `alphaMode` is a tag of Matroska and WebM, where the alpha
 * channel of VP8 and VP9 is stored separately from the frames.
 */
export const hasAlphaChannel = (
  pixelFormat: string | null | undefined,
  alphaMode: string | null | undefined,
): boolean => ALPHA_FORMAT.test(pixelFormat ?? '') || alphaMode === '1'

/**
 * Returns a language tag in lower case. Returns `null` if the tag is malformed, because the text is untrusted
 * and is shown to people.
 */
export const normalizeLanguage = (text: string | null | undefined): string | null =>
  text && text !== 'und' && /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(text) ? text.toLowerCase() : null

/** Parses `00:00:12.021000000`, the format of durations in Matroska tags, to seconds. */
export const parseClockSeconds = (text: string | null | undefined): number | null => {
  const match = /^(\d+):(\d\d):(\d\d(?:\.\d+)?)$/.exec(text ?? '')
  if (match === null) return null
  const [hours = 0, minutes = 0, seconds = 0] = match.slice(1).map(Number)
  return hours * 3600 + minutes * 60 + seconds
}

/** The times of a stream as a file states them, in seconds; `null` if the file does not state them. */
type StatedTimes = {
  /** Start of the file, and start of the stream, both as timestamps of the file. */
  readonly fileStart: number | null
  readonly start: number | null
  readonly length: number | null
  /**
   * Value of Matroska's tag DURATION. FFmpeg writes the timestamp at which the stream ends. Other programs
   * write the length of the stream.
   */
  readonly tagged: number | null
}

/**
 * Returns the seconds from the start of the file to the end of a stream; `null` if the file does not state
 * this end.
 */
export const streamEndSeconds = (times: StatedTimes): number | null => {
  const fileStart = times.fileStart ?? 0
  const { start, length, tagged } = times
  const end =
    length !== null && length > 0
      ? Math.max(0, (start ?? fileStart) - fileStart) + length
      : tagged === null || tagged < fileStart
        ? tagged
        : tagged - fileStart
  return end !== null && Seconds.is(end) ? end : null
}
