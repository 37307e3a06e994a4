import type { AudioSource, MediaFacts, VideoSource } from '../../domain/ingest/media-plan.ts'
import { type Refused, refused } from '../../domain/shared/errors.ts'
import { E } from '../../fp.ts'
import { MAX_PIXELS } from './limits.ts'
import type { ProbedAudio, ProbedFile, ProbedVideo } from './probed-file.ts'

/** Chooses the streams to use: the first with moving pictures, and the default, else the first, of the sounds. */
export const judge = ({ durationSeconds, streams }: ProbedFile): E.Either<Refused, MediaFacts> => {
  const films = streams.filter((stream) => stream.kind === 'video').filter(({ isCover }) => !isCover)
  const sounds = streams.filter((stream) => stream.kind === 'audio').filter(({ channels }) => channels > 0)
  const video = films.find(hasUsableSize)
  const audio = sounds.find(({ isDefault }) => isDefault) ?? sounds[0]

  if (video === undefined && films.length > 0)
    return E.left(refused('the pictures of the file cannot be decoded, or are larger than 36 million pixels'))
  if (video === undefined && audio === undefined)
    return E.left(refused('the file has neither sound nor moving pictures that can be decoded'))
  return E.right({
    durationSeconds: longest([video, audio]) ?? durationSeconds,
    video: video === undefined ? null : toVideoSource(video),
    audio: audio === undefined ? null : toAudioSource(audio),
  })
}

const hasUsableSize = ({ width, height }: ProbedVideo): boolean =>
  width > 0 && height > 0 && width * height <= MAX_PIXELS

/** Of the streams in use, when each tells: another, such as subtitles, may go on for longer. */
const longest = (streams: ReadonlyArray<ProbedVideo | ProbedAudio | undefined>): number | null =>
  streams
    .filter((stream) => stream !== undefined)
    .map(({ durationSeconds }) => durationSeconds)
    .reduce((a, b) => (a === null || b === null ? null : Math.max(a, b)))

const toVideoSource = (video: ProbedVideo): VideoSource => {
  // Stretched, never shrunk: no line or column of the source is given up for square pixels.
  const wide = video.width * Math.max(1, video.pixelAspect)
  const high = video.height / Math.min(1, video.pixelAspect)
  const lies = Math.abs((video.rotation % 180) - 90) < 1
  return {
    index: video.index,
    width: Math.round(lies ? high : wide),
    height: Math.round(lies ? wide : high),
    averageRate: video.averageRate,
    nominalRate: video.nominalRate,
    interlaced: video.interlaced,
    hdr: video.hdr,
  }
}

const toAudioSource = ({ index, codec, channels, sampleRate, bitrate }: ProbedAudio): AudioSource => ({
  index,
  codec,
  channels,
  sampleRate,
  bitrate,
})
