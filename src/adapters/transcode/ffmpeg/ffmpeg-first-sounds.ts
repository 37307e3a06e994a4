import { E } from '../../../fp.ts'
import { type EngineFailure, sandboxFilesOf } from '../engine.ts'
import { FIRST_SOUND_FRAMES, type SoundForm, soundsToDecode, withSoundForm } from '../first-sounds.ts'
import type { ProbedFile } from '../probed-file.ts'
import { runDecoder } from '../process/run-decoder.ts'
import type { DecoderBounds } from '../process/supervise.ts'
import { DEMUXER_LIMIT_OPTIONS, type FfmpegPrograms, inputOptions } from './ffmpeg-arguments.ts'
import { channelsOfLayout } from './ffmpeg-listing.ts'
import type { FfprobeOutput } from './ffprobe-output.ts'

/** Seconds of the file in which its first sound is looked for. */
const FIRST_SECONDS = '10'

/** Replaces channels and sample rates by those of the first frame of each stream, as far as it can be decoded. */
export const withFirstSounds = async (
  ffmpeg: FfmpegPrograms['ffmpeg'],
  path: string,
  { format }: FfprobeOutput,
  probed: ProbedFile,
  bounds: DecoderBounds,
): Promise<E.Either<EngineFailure, ProbedFile>> => {
  const sounds = soundsToDecode(format?.format_name, probed.streams)
  if (sounds.length === 0) return E.right(probed)
  const forms = await firstSoundForms(ffmpeg, path, sounds, bounds)
  const streams = probed.streams.map((stream) => withSoundForm(stream, forms.get(stream.index)))
  return E.right({ ...probed, streams })
}

const firstSoundForms = async (
  ffmpeg: string,
  path: string,
  indexes: ReadonlyArray<number>,
  bounds: DecoderBounds,
): Promise<ReadonlyMap<number, SoundForm>> => {
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
      String(FIRST_SOUND_FRAMES),
      '-f',
      'null',
      '-',
    ]),
  ]
  // An error is ignored here: encoding reports it.
  const ran = await runDecoder(ffmpeg, args, path, sandboxFilesOf.probe(path), bounds)
  const log = E.isRight(ran) ? ran.right.stderr : ''
  const forms = new Map<number, SoundForm>()
  for (const [, index, layout = '', rate] of log.matchAll(FRAME)) {
    const form = { channels: channelsOfLayout(layout), sampleRate: Number(rate) }
    forms.set(Number(index), form)
  }
  return forms
}

const FRAME = /^\[ashowinfo@(\d+) @ .* chlayout:(.+?) rate:(\d+) /gm
