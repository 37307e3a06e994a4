import * as t from 'io-ts'
import { mayBeInterlaced } from '../../domain/ingest/interlacing.ts'
import { Purpose } from './stream-purposes.ts'

const nullable = <A>(codec: t.Type<A, unknown, unknown>) => t.union([codec, t.null])

/** What is known of any stream. */
const stream = {
  index: t.number,
  /** By what the file calls it, such as the PID of a transport stream; `null` where that is not told. */
  id: nullable(t.number),
  /** The programs that it is part of, in a transport stream of more than one. */
  programs: t.readonlyArray(t.number),
  /** FFmpeg's name. */
  codec: t.string,
  /** As the file spells it; `null` when it does not say, or says so in other than letters. */
  language: nullable(t.string),
  purposes: t.readonlyArray(Purpose),
}

const timed = {
  isDefault: t.boolean,
  /** Seconds from the start of the file to that of the stream; `null` when unknown. */
  startSeconds: nullable(t.number),
  /** Seconds from the start of the file to the end of the stream; `null` when unknown, and when it is a guess. */
  endSeconds: nullable(t.number),
  /** Seconds after which it is over and others of its kind begin, as where recordings were put one behind the other. */
  goesOnAfter: nullable(t.number),
}

const ProbedVideo = t.readonly(
  t.strict({
    kind: t.literal('video'),
    ...stream,
    ...timed,
    /** A picture that comes with a sound, as on a record's sleeve, or thumbnails of the film. */
    isCover: t.boolean,
    /** Pixels, as coded; 0 when its decoder would not say. */
    width: t.number,
    height: t.number,
    /** A pixel's width by its height. */
    pixelAspect: t.number,
    /** Degrees clockwise by which a player must turn it. */
    rotation: t.number,
    /** Whether a player must turn it upside down before. */
    mirrored: t.boolean,
    averageRate: t.number,
    nominalRate: t.number,
    /** Of its first pictures, those that are interlaced; 0 where that was not looked at. */
    interlacedShare: t.number,
    /** See FilmTags. */
    colour: t.strict({ primaries: t.number, transfer: t.number, matrix: t.number }),
  }),
)
export type ProbedVideo = t.TypeOf<typeof ProbedVideo>

const ProbedAudio = t.readonly(
  t.strict({
    kind: t.literal('audio'),
    ...stream,
    ...timed,
    /** 0 when unknown. */
    channels: t.number,
    sampleRate: t.number,
    bitrate: nullable(t.number),
  }),
)
export type ProbedAudio = t.TypeOf<typeof ProbedAudio>

const ProbedSubtitles = t.readonly(t.strict({ kind: t.literal('subtitles'), ...stream }))
export type ProbedSubtitles = t.TypeOf<typeof ProbedSubtitles>

export type ProbedStream = ProbedVideo | ProbedAudio | ProbedSubtitles

/** What a demuxer says of a file, before it is judged. */
export const ProbedFile = t.readonly(
  t.strict({
    /** Of the longest stream; `null` also when it is a guess from size and rate. */
    durationSeconds: nullable(t.number),
    streams: t.readonlyArray(t.union([ProbedVideo, ProbedAudio, ProbedSubtitles])),
  }),
)
export type ProbedFile = t.TypeOf<typeof ProbedFile>

/** What the first pictures of a film say when they are decoded. `seconds`: when the first is shown, by the file's clock. */
export type FirstPictures = { readonly seconds: number | null; readonly interlacedShare: number }

/** `start`: that of the file, by its clock. */
export const withFirstPictures = (
  stream: ProbedStream,
  { seconds, interlacedShare }: FirstPictures,
  start: number,
): ProbedStream =>
  stream.kind === 'video'
    ? {
        ...stream,
        interlacedShare,
        startSeconds: seconds === null ? stream.startSeconds : seconds - start,
      }
    : stream

/** Whether its first pictures say what no header does. */
export const isLookedAt = (stream: ProbedStream): boolean =>
  stream.kind === 'video' && !stream.isCover && mayBeInterlaced(stream)

/** A language is shown to people, and comes from a file: no more than letters of a language tag are taken. */
export const toLanguage = (text: string | null | undefined): string | null =>
  text && text !== 'und' && /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(text) ? text.toLowerCase() : null

/** `00:00:12.021000000`, as Matroska files say where a stream ends. */
export const clockSeconds = (text: string | null | undefined): number | null => {
  const match = /^(\d+):(\d\d):(\d\d(?:\.\d+)?)$/.exec(text ?? '')
  if (match === null) return null
  const [hours = 0, minutes = 0, seconds = 0] = match.slice(1).map(Number)
  return hours * 3600 + minutes * 60 + seconds
}
