import { fieldLayoutOf } from '../../domain/ingest/plan/interlacing.ts'
import type { AudioSource, MediaFacts, VideoSource } from '../../domain/ingest/plan/media-plan.ts'
import { type Refused, refused } from '../../domain/shared/errors.ts'
import { E } from '../../fp.ts'
import { extrasLines, frameContentLines, leftOutLine } from './left-out-lines.ts'
import { maxUnlessUnknown } from './max-unless-unknown.ts'
import type { ProbedAudio, ProbedFile, ProbedStream, ProbedVideo } from './probed-file.ts'
import {
  isSupportedCodec,
  isSupportedSampleRate,
  MAX_PIXELS,
  sampleRateRange,
} from './process/decoder-limits.ts'
import { isSecondaryStream, languageRank, purposeWords } from './stream-purposes.ts'

/**
 * Selects the main video and the default audio among the streams with supported codecs. Warnings name the
 * other streams. Refuses a file without supported streams, and names their codecs.
 */
export const selectStreams = ({
  durationSeconds,
  streams,
  extras,
}: ProbedFile): E.Either<Refused, MediaFacts> => {
  const videos = streams.filter((stream) => stream.kind === 'video').filter(({ isCover }) => !isCover)
  const audios = streams.filter((stream) => stream.kind === 'audio')
  const video = videos.filter(isUsableVideo).toSorted(byImportance)[0]
  const usable = audios
    .filter((audio) => isUsableAudio(audio) || (video !== undefined && isUnknownAudio(audio)))
    .toSorted((a, b) => Number(isUnknownAudio(a)) - Number(isUnknownAudio(b)) || byPurpose(a, b))
  const main = video ?? usable[0]
  const [audio, ...others] = usable.filter((stream) => isInProgramOf(main, stream))

  const subtitles = streams.find(({ kind }) => kind === 'subtitles')
  const refusal = refusalFor(videos, video, audios, audio, subtitles)
  if (refusal !== null) return E.left(refused(refusal))
  const isAlone = streams.every((stream) => stream === video || stream === audio || isCover(stream))
  const seconds = longestStreamEnd([video ?? null, audio ?? null])
  return E.right({
    durationSeconds: seconds ?? durationSeconds,
    declaredSeconds: seconds ?? (isAlone ? durationSeconds : null),
    video: video === undefined ? null : toVideoSource(video),
    audio: audio === undefined ? null : toAudioSource(audio),
    fallbackAudio: others
      .slice(0, MAX_FALLBACK_AUDIO)
      .map((other) => ({ source: toAudioSource(other), description: describe(other) })),
    warnings: [
      ...continuationWarning(main),
      ...unturnedWarning(video),
      ...(video === undefined ? [] : frameContentLines(video)),
      ...streams.filter((stream) => stream !== video && stream !== audio).map(leftOutWarning),
      ...extrasLines(extras),
      ...(audio === undefined && audios.length > 0 ? [noAudioWarning(usable)] : []),
      ...[video, audio]
        .filter((stream) => stream !== undefined)
        .filter(isSecondaryStream)
        .map((stream) => `the ${describe(stream)} is used: no other one can be decoded`),
    ],
  })
}

/** Maximum number of fallback streams, because each costs up to two passes over the file. */
const MAX_FALLBACK_AUDIO = 8

const isCover = (stream: ProbedStream): boolean => stream.kind === 'video' && stream.isCover

const isUsableVideo = ({ codec, width, height }: ProbedVideo): boolean =>
  isSupportedCodec(codec) && width > 0 && height > 0 && width * height <= MAX_PIXELS

const isUsableAudio = (audio: ProbedAudio): boolean =>
  isSupportedCodec(audio.codec) && audio.channels > 0 && isSupportedSampleRate(audio.sampleRate)

/**
 * Returns whether the number of channels of an audio stream is unknown. In a broadcast the first audio packet
 * may come after the part of the file that a demuxer examines.
 */
const isUnknownAudio = ({ codec, channels }: ProbedAudio): boolean =>
  isSupportedCodec(codec) && channels === 0

/**
 * Returns whether a stream belongs to a program of the main stream. Streams of other programs are not
 * selected, because different programs in one recording are unrelated.
 */
const isInProgramOf = (main: ProbedStream | undefined, { programs }: ProbedStream): boolean =>
  main === undefined ||
  main.programs.length === 0 ||
  programs.some((program) => main.programs.includes(program))

const continuationWarning = (main: ProbedVideo | ProbedAudio | undefined): ReadonlyArray<string> => {
  const seconds = main?.splitAfter ?? null
  return seconds === null
    ? []
    : [
        `after ${seconds.toFixed(1)} seconds the film continues in other streams, which are left out: cut the file there, and add each part`,
      ]
}

/**
 * Warns about a rotation that is not a multiple of 90 degrees, because the exports cannot have such a
 * rotation.
 */
const unturnedWarning = (video: ProbedVideo | undefined): ReadonlyArray<string> => {
  const rotation = video?.rotation ?? 0
  return Math.abs(rotation - 90 * Math.round(rotation / 90)) < 1
    ? []
    : [
        `the header turns the video by ${Math.round(rotation)} degrees: Larder makes only quarter turns, so the video stays as it is`,
      ]
}

const noAudioWarning = (usable: ReadonlyArray<ProbedAudio>): string =>
  usable.length > 0
    ? 'no sound: the program of the video has none'
    : 'no sound: none of the audio streams can be decoded'

/**
 * Compares streams: streams for all viewers come first, then default streams, then streams in the original
 * language. The default flag alone is not enough, because some containers mark all streams as default.
 */
const byPurpose = (a: ProbedVideo | ProbedAudio, b: ProbedVideo | ProbedAudio): number =>
  Number(isSecondaryStream(a)) - Number(isSecondaryStream(b)) ||
  Number(b.isDefault) - Number(a.isDefault) ||
  languageRank(a) - languageRank(b)

/**
 * Compares video streams. Still images beside a video are thumbnails, so they come last. Of streams with
 * equal purposes, the largest is first.
 */
const byImportance = (a: ProbedVideo, b: ProbedVideo): number =>
  Number(isStillCodec(a)) - Number(isStillCodec(b)) ||
  byPurpose(a, b) ||
  b.width * b.height - a.width * a.height ||
  a.index - b.index

const isStillCodec = ({ codec }: ProbedVideo): boolean => codec === 'mjpeg' || codec === 'png'

const refusalFor = (
  videos: ReadonlyArray<ProbedVideo>,
  video: ProbedVideo | undefined,
  audios: ReadonlyArray<ProbedAudio>,
  audio: ProbedAudio | undefined,
  firstSubtitles: ProbedStream | undefined,
): string | null => {
  const [firstVideo] = videos
  if (video === undefined && firstVideo !== undefined)
    return isSupportedCodec(firstVideo.codec)
      ? `the pictures (${firstVideo.codec}) cannot be decoded, or are larger than 36 million pixels`
      : `the pictures are in ${firstVideo.codec}, which Larder cannot decode: convert them to H.264`
  const [firstAudio] = audios
  if (video !== undefined || audio !== undefined) return null
  if (firstAudio === undefined)
    return firstSubtitles === undefined
      ? 'the file has neither sound nor moving pictures that can be decoded'
      : `the file contains only subtitles (${firstSubtitles.codec}): add the film or the sound that they belong to`
  if (isSupportedCodec(firstAudio.codec) && !isSupportedSampleRate(firstAudio.sampleRate))
    return `the sound has ${firstAudio.sampleRate} samples a second, but Larder can decode only ${sampleRateRange}: save it at 48,000`
  return isSupportedCodec(firstAudio.codec)
    ? `the sound (${firstAudio.codec}) cannot be decoded`
    : `the sound is in ${firstAudio.codec}, which Larder cannot decode: convert it to AAC, MP3, Opus or FLAC`
}

const leftOutWarning = (stream: ProbedStream): string => {
  return `${leftOutLine(describe(stream))}${reasonOf(stream)}`
}

const reasonOf = (stream: ProbedStream): string => {
  if (stream.kind === 'subtitles' || isCover(stream)) return ''
  if (!isSupportedCodec(stream.codec)) return ', which Larder cannot decode'
  return stream.kind === 'audio' && !isSupportedSampleRate(stream.sampleRate)
    ? `, which has ${stream.sampleRate} samples a second`
    : ''
}

const describe = (stream: ProbedStream): string => {
  const language = stream.language === null ? '' : ` in ${stream.language}`
  const program = stream.programs.length === 0 ? '' : ` of program ${stream.programs.join(' and ')}`
  const name = isCover(stream) ? 'a cover picture' : NAMES[stream.kind]
  return `${name}${language}${program} (${formOf(stream)})`
}

const NAMES = { video: 'pictures', audio: 'sound', subtitles: 'subtitles' }

const formOf = (stream: ProbedStream): string =>
  [stream.codec, ...sizeOf(stream), ...purposeWords(stream.purposes)].join(', ')

const sizeOf = (stream: ProbedStream): ReadonlyArray<string> => {
  if (stream.kind === 'subtitles' || !isSupportedCodec(stream.codec)) return []
  // The size of a video is unknown if the stream starts late, so it is not shown.
  if (stream.kind === 'video') return stream.width > 0 ? [`${stream.width}x${stream.height}`] : []
  if (stream.channels === 0) return []
  return [`${stream.channels} ${stream.channels === 1 ? 'channel' : 'channels'}`]
}

/**
 * Returns the end of the longest selected stream; `null` if the end of one of them is unknown. Streams that
 * are not selected, such as subtitles, may be longer.
 */
export const longestStreamEnd = (
  streams: ReadonlyArray<{ readonly endSeconds: number | null } | null>,
): number | null =>
  maxUnlessUnknown(streams.filter((stream) => stream !== null).map(({ endSeconds }) => endSeconds))

const toVideoSource = (video: ProbedVideo): VideoSource => {
  // To get square pixels, the frame is enlarged and never reduced, so that no line or column of the source
  // disappears.
  const wide = video.width * Math.max(1, video.pixelAspect)
  const fields = fieldLayoutOf(video.codec, video.interlacedShare)
  const high = (video.height * (fields === 'single' ? 2 : 1)) / Math.min(1, video.pixelAspect)
  const isSideways = Math.abs((video.rotation % 180) - 90) < 1
  return {
    index: video.index,
    codec: video.codec,
    width: Math.round(isSideways ? high : wide),
    height: Math.round(isSideways ? wide : high),
    codedWidth: video.width,
    codedHeight: video.height,
    rotation: video.rotation,
    mirrored: video.mirrored,
    averageRate: video.averageRate,
    nominalRate: video.nominalRate,
    peakFrameRate: null,
    interlaced: fields === 'woven',
    colour: video.colour,
    late: video.late,
    lastFrame: video.lastFrame,
    startSeconds: video.startSeconds,
    endSeconds: video.endSeconds,
  }
}

const toAudioSource = ({
  index,
  codec,
  channels,
  sampleRate,
  bitrate,
  endSeconds,
  language,
}: ProbedAudio): AudioSource => ({
  index,
  codec,
  channels: channels || ASSUMED_CHANNELS,
  sampleRate,
  bitrate,
  endSeconds,
  language,
})

/** Assumed number of channels of audio whose number of channels is unknown. */
const ASSUMED_CHANNELS = 2
