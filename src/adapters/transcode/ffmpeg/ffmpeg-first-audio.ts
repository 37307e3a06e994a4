import { E } from '../../../fp.ts'
import { type EngineFailure, sandboxFilesOf } from '../engine.ts'
import { type AudioForm, audioToDecode, FIRST_AUDIO_FRAMES, withAudioForm } from '../first-audio.ts'
import type { ProbedFile } from '../probed-file.ts'
import { mayRetryAfter } from '../process/machine-faults.ts'
import { runDecoder } from '../process/run-decoder.ts'
import type { DecoderBounds } from '../process/supervise.ts'
import { DEMUXER_LIMIT_OPTIONS, type FfmpegPrograms, inputOptions } from './ffmpeg-arguments.ts'
import { channelsOfLayout } from './ffmpeg-listing.ts'
import type { FfprobeOutput } from './ffprobe-output.ts'

/** Number of seconds of the file in which its first audio frames are searched for. */
const FIRST_SECONDS = '10'

/** Replaces channels and sample rates by those of the first frame of each stream, as far as it can be decoded. */
export const withFirstAudio = async (
  ffmpeg: FfmpegPrograms['ffmpeg'],
  path: string,
  { format }: FfprobeOutput,
  probed: ProbedFile,
  bounds: DecoderBounds,
): Promise<E.Either<EngineFailure, ProbedFile>> => {
  const sounds = audioToDecode(format?.format_name, probed.streams)
  if (sounds.length === 0) return E.right(probed)
  const forms = await firstAudioForms(ffmpeg, path, sounds, bounds)
  // A decoder error is ignored here, because encoding will report it.
  if (E.isLeft(forms)) return mayRetryAfter(forms.left) ? E.right(probed) : forms
  const streams = probed.streams.map((stream) => withAudioForm(stream, forms.right.get(stream.index)))
  return E.right({ ...probed, streams })
}

const firstAudioForms = async (
  ffmpeg: string,
  path: string,
  indexes: ReadonlyArray<number>,
  bounds: DecoderBounds,
): Promise<E.Either<EngineFailure, ReadonlyMap<number, AudioForm>>> => {
  const filters = indexes.map((index) => `[0:${index}]ashowinfo@${index}[a${index}]`)
  const args = [
    ...['-nostdin', '-hide_banner', '-nostats', '-loglevel', 'info'],
    ...DEMUXER_LIMIT_OPTIONS,
    ...['-t', FIRST_SECONDS],
    ...inputOptions(path),
    ...['-filter_complex', filters.join(';')],
    ...indexes.flatMap((index) => [
      '-map',
      `[a${index}]`,
      '-frames:a',
      String(FIRST_AUDIO_FRAMES),
      '-f',
      'null',
      '-',
    ]),
  ]
  const ran = await runDecoder(ffmpeg, args, path, sandboxFilesOf.probe(path), bounds)
  if (E.isLeft(ran)) return ran
  const forms = new Map<number, AudioForm>()
  for (const [, index, layout = '', rate] of ran.right.stderr.matchAll(FRAME))
    forms.set(Number(index), { channels: channelsOfLayout(layout), sampleRate: Number(rate) })
  return E.right(forms)
}

/** Matches a line that the filter logs about a frame. */
const FRAME = /^\[ashowinfo@(\d+) @ .* chlayout:(.+?) rate:(\d+) /gm
