import { fieldsOf } from '../../domain/ingest/plan/interlacing.ts'
import type { AudioSource, MediaFacts, VideoSource } from '../../domain/ingest/plan/media-plan.ts'
import { type Refused, refused } from '../../domain/shared/errors.ts'
import { E } from '../../fp.ts'
import type { ProbedAudio, ProbedFile, ProbedStream, ProbedVideo } from './probed-file.ts'
import { isDecoded, MAX_PIXELS } from './process/limits.ts'
import { isAside, languageRank, purposeWords } from './stream-purposes.ts'

/**
 * Chooses the streams to use: the main pictures and the default sound, of those that are decoded. What is left out is
 * named in the warnings. Refuses a file without such streams, and says what they are.
 */
export const selectStreams = ({ durationSeconds, streams }: ProbedFile): E.Either<Refused, MediaFacts> => {
  const films = streams.filter((stream) => stream.kind === 'video').filter(({ isCover }) => !isCover)
  const sounds = streams.filter((stream) => stream.kind === 'audio')
  const video = films.filter(isUsableVideo).toSorted(byImportance)[0]
  const usable = sounds.filter(isUsableAudio).toSorted(byPurpose)
  const main = video ?? usable[0]
  const [audio, ...others] = usable.filter((sound) => isInProgramOf(main, sound))

  const refusal = refusalFor(films, video, sounds, audio)
  if (refusal !== null) return E.left(refused(refusal))
  const isAlone = streams.every((stream) => stream === video || stream === audio || isCover(stream))
  const seconds = longest([video, audio])
  return E.right({
    durationSeconds: seconds ?? durationSeconds,
    announcedSeconds: seconds ?? (isAlone ? durationSeconds : null),
    video: video === undefined ? null : toVideoSource(video),
    audio: audio === undefined ? null : toAudioSource(audio),
    otherSounds: others.map((sound) => ({ source: toAudioSource(sound), description: describe(sound) })),
    warnings: [
      ...goesOn(main),
      ...unturned(video),
      ...streams.filter((stream) => stream !== video && stream !== audio && !isCover(stream)).map(leftOut),
      ...(audio === undefined && sounds.length > 0 ? [noSound(usable)] : []),
      ...(audio !== undefined && isAside(audio)
        ? [`the ${describe(audio)} is used: no other is decoded`]
        : []),
    ],
  })
}

const isCover = (stream: ProbedStream): boolean => stream.kind === 'video' && stream.isCover

const isUsableVideo = ({ codec, width, height }: ProbedVideo): boolean =>
  isDecoded(codec) && width > 0 && height > 0 && width * height <= MAX_PIXELS

const isUsableAudio = ({ codec, channels }: ProbedAudio): boolean => isDecoded(codec) && channels > 0

/** Programs that were recorded into one file have nothing to do with each other. */
const isInProgramOf = (main: ProbedStream | undefined, { programs }: ProbedStream): boolean =>
  main === undefined || main.programs.length === 0 || programs.some((one) => main.programs.includes(one))

const goesOn = (main: ProbedVideo | ProbedAudio | undefined): ReadonlyArray<string> => {
  const seconds = main?.goesOnAfter ?? null
  return seconds === null
    ? []
    : [
        `after ${seconds.toFixed(1)} seconds the film goes on in other streams, which are left out: cut the file there, and add each part`,
      ]
}

/** What `turn` of the recipe does not do is said. */
const unturned = (video: ProbedVideo | undefined): ReadonlyArray<string> => {
  const rotation = video?.rotation ?? 0
  return Math.abs(rotation - 90 * Math.round(rotation / 90)) < 1
    ? []
    : [
        `its pictures are to be turned by ${Math.round(rotation)} degrees: only quarter turns are made, so they are left as they are`,
      ]
}

const noSound = (usable: ReadonlyArray<ProbedAudio>): string =>
  usable.length > 0
    ? 'no sound: there is none in the program of the pictures'
    : 'no sound: none of the sounds is decoded'

/** What is for all viewers, then the default, then the original. Of containers that say no more, all are the default. */
const byPurpose = (a: ProbedVideo | ProbedAudio, b: ProbedVideo | ProbedAudio): number =>
  Number(isAside(a)) - Number(isAside(b)) ||
  Number(b.isDefault) - Number(a.isDefault) ||
  languageRank(a) - languageRank(b)

/** Pictures that are stored one by one beside others are thumbnails; of films alike in purpose, the largest. */
const byImportance = (a: ProbedVideo, b: ProbedVideo): number =>
  Number(isStillCodec(a)) - Number(isStillCodec(b)) ||
  byPurpose(a, b) ||
  b.width * b.height - a.width * a.height ||
  a.index - b.index

const isStillCodec = ({ codec }: ProbedVideo): boolean => codec === 'mjpeg' || codec === 'png'

const refusalFor = (
  films: ReadonlyArray<ProbedVideo>,
  video: ProbedVideo | undefined,
  sounds: ReadonlyArray<ProbedAudio>,
  audio: ProbedAudio | undefined,
): string | null => {
  const [film] = films
  if (video === undefined && film !== undefined)
    return isDecoded(film.codec)
      ? `the pictures (${film.codec}) cannot be decoded, or are larger than 36 million pixels`
      : `the pictures are in ${film.codec}, which is not decoded: convert them to H.264`
  const [sound] = sounds
  if (video !== undefined || audio !== undefined) return null
  if (sound === undefined) return 'the file has neither sound nor moving pictures that can be decoded'
  return isDecoded(sound.codec)
    ? `the sound (${sound.codec}) cannot be decoded`
    : `the sound is in ${sound.codec}, which is not decoded: convert it to AAC, MP3, Opus or FLAC`
}

const leftOut = (stream: ProbedStream): string => {
  const why = stream.kind === 'subtitles' || isDecoded(stream.codec) ? '' : ', which is not decoded'
  return `${leftOutLine(describe(stream))}${why}`
}

export const leftOutLine = (description: string): string => `left out: ${description}`

const describe = (stream: ProbedStream): string => {
  const language = stream.language === null ? '' : ` in ${stream.language}`
  const program = stream.programs.length === 0 ? '' : ` of program ${stream.programs.join(' and ')}`
  return `${NAMES[stream.kind]}${language}${program} (${formOf(stream)})`
}

const NAMES = { video: 'pictures', audio: 'sound', subtitles: 'subtitles' }

const formOf = (stream: ProbedStream): string =>
  [stream.codec, ...sizeOf(stream), ...purposeWords(stream.purposes)].join(', ')

const sizeOf = (stream: ProbedStream): ReadonlyArray<string> => {
  if (stream.kind === 'subtitles' || !isDecoded(stream.codec)) return []
  // Of streams that begin late their decoder has not said it.
  if (stream.kind === 'video') return stream.width > 0 ? [`${stream.width}x${stream.height}`] : []
  if (stream.channels === 0) return []
  return [`${stream.channels} ${stream.channels === 1 ? 'channel' : 'channels'}`]
}

/** Of the streams in use, when each tells: another, such as subtitles, may go on for longer. */
const longest = (streams: ReadonlyArray<ProbedVideo | ProbedAudio | undefined>): number | null =>
  streams
    .filter((stream) => stream !== undefined)
    .map(({ endSeconds }) => endSeconds)
    .reduce((a, b) => (a === null || b === null ? null : Math.max(a, b)))

const toVideoSource = (video: ProbedVideo): VideoSource => {
  // Stretched, never shrunk: no line or column of the source is given up for square pixels.
  const wide = video.width * Math.max(1, video.pixelAspect)
  const fields = fieldsOf(video.codec, video.interlacedShare)
  const high = (video.height * (fields === 'single' ? 2 : 1)) / Math.min(1, video.pixelAspect)
  const lies = Math.abs((video.rotation % 180) - 90) < 1
  return {
    index: video.index,
    codec: video.codec,
    width: Math.round(lies ? high : wide),
    height: Math.round(lies ? wide : high),
    codedWidth: video.width,
    codedHeight: video.height,
    rotation: video.rotation,
    mirrored: video.mirrored,
    averageRate: video.averageRate,
    nominalRate: video.nominalRate,
    peakRate: null,
    interlaced: fields === 'woven',
    colour: video.colour,
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
}: ProbedAudio): AudioSource => ({ index, codec, channels, sampleRate, bitrate, endSeconds })
