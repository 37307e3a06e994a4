import { E } from '../../../fp.ts'
import { type EngineFailure, sandboxFilesOf } from '../engine.ts'
import type { ProbedFile, ProbedStream } from '../probed-file.ts'
import { isSupportedCodec } from '../process/limits.ts'
import { runDecoder } from '../process/run-decoder.ts'
import type { DecoderBounds } from '../process/supervise.ts'
import {
  DEMUXER_LIMIT_OPTIONS,
  type FfmpegPrograms,
  inputOptions,
  QUIET_OPTIONS,
} from './ffmpeg-arguments.ts'
import { channelsOfLayout } from './ffmpeg-listing.ts'
import type { FfprobeOutput } from './ffprobe-output.ts'

/** Formats whose header does not describe the sound: FFmpeg 5 reports what it has seen last in the first seconds. */
const WITHOUT_SOUND_HEADER = ['mpegts', 'mpeg']

/** Seconds of the file in which its first sound is looked for. */
const FIRST_SECONDS = '10'

type SoundForm = { readonly channels?: number; readonly sampleRate?: number }

/** Replaces channels and sample rates by those of the first frame of each stream, as far as it can be decoded. */
export const withFirstSounds = async (
  ffmpeg: FfmpegPrograms['ffmpeg'],
  path: string,
  { format }: FfprobeOutput,
  probed: ProbedFile,
  bounds: DecoderBounds,
): Promise<E.Either<EngineFailure, ProbedFile>> => {
  const sounds = WITHOUT_SOUND_HEADER.includes(format?.format_name ?? '')
    ? probed.streams.filter(hasSound).map(({ index }) => index)
    : []
  if (sounds.length === 0) return E.right(probed)
  const forms = await firstSoundForms(ffmpeg, path, sounds, bounds)
  const streams = probed.streams.map((stream) =>
    stream.kind === 'audio' ? { ...stream, ...forms.get(stream.index) } : stream,
  )
  return E.right({ ...probed, streams })
}

const hasSound = (stream: ProbedStream): boolean =>
  stream.kind === 'audio' && stream.channels > 0 && isSupportedCodec(stream.codec)

const firstSoundForms = async (
  ffmpeg: string,
  path: string,
  indexes: ReadonlyArray<number>,
  bounds: DecoderBounds,
): Promise<ReadonlyMap<number, SoundForm>> => {
  const args = [
    ...QUIET_OPTIONS,
    ...DEMUXER_LIMIT_OPTIONS,
    ...['-t', FIRST_SECONDS],
    ...inputOptions(path),
    ...indexes.flatMap((index) => ['-map', `0:${index}`]),
    ...['-frames:a', '1', '-f', 'framecrc', '-'],
  ]
  const forms = new Map<number, SoundForm>()
  const onLine = (line: string) => {
    const [, name, output, value = ''] = /^#(sample_rate|channel_layout_name) (\d+): (.+)$/.exec(line) ?? []
    const index = indexes[Number(output)]
    if (index === undefined) return
    const form =
      name === 'sample_rate' ? { sampleRate: Number(value) } : { channels: channelsOfLayout(value) }
    forms.set(index, { ...forms.get(index), ...form })
  }
  // An error is ignored here: encoding reports it.
  await runDecoder(ffmpeg, args, path, sandboxFilesOf.probe(path), bounds, onLine)
  return forms
}
