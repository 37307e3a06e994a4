import type { ProbedStream } from './probed-file.ts'
import { isSupportedCodec } from './process/decoder-limits.ts'

/**
 * Formats whose header does not describe the audio. A demuxer reads the first seconds of such a file, and
 * reports the channels and sample rate of some frame in them, not always of the first one.
 */
const WITHOUT_AUDIO_HEADER: ReadonlyArray<string> = ['mpegts', 'mpeg']

/**
 * Number of frames to decode. The first frame alone is not enough, because FFmpeg 5 reports it with the
 * channels and sample rate of the stream.
 */
export const FIRST_AUDIO_FRAMES = 2

export type AudioForm = { readonly channels: number; readonly sampleRate: number }

/** Returns the indexes of the audio streams whose first frames must be decoded. */
export const audioToDecode = (
  format: string | null | undefined,
  streams: ReadonlyArray<ProbedStream>,
): ReadonlyArray<number> =>
  WITHOUT_AUDIO_HEADER.includes(format ?? '')
    ? streams.filter((stream) => hasAudio(stream)).map(({ index }) => index)
    : []

const hasAudio = (stream: ProbedStream): boolean =>
  stream.kind === 'audio' && stream.channels > 0 && isSupportedCodec(stream.codec)

/**
 * Replaces channels and sample rate by those of the first frames (`form`); `null` or `undefined` if no frame
 * was decoded.
 */
export const withAudioForm = (stream: ProbedStream, form: AudioForm | null | undefined): ProbedStream =>
  stream.kind === 'audio' ? { ...stream, ...form } : stream
