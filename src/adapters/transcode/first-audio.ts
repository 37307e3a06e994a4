import type { ProbedStream } from './probed-file.ts'
import { isSupportedCodec } from './process/decoder-limits.ts'

/**
 * Formats whose header does not describe the audio. Demuxers report one of the forms that they have seen in the
 * first seconds, not always the first form.
 */
const WITHOUT_AUDIO_HEADER: ReadonlyArray<string> = ['mpegts', 'mpeg']

/** Number of frames to decode. FFmpeg 5 gives the first frame the form that it reports for the stream. */
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

/** Replaces channels and sample rate by those of the first frames; `null` or `undefined` if none was decoded. */
export const withAudioForm = (stream: ProbedStream, form: AudioForm | null | undefined): ProbedStream =>
  stream.kind === 'audio' ? { ...stream, ...form } : stream
