import { Decoder } from 'node-av'
import { AV_FRAME_DATA_A53_CC, AV_FRAME_FLAG_INTERLACED, AV_NOPTS_VALUE } from 'node-av/constants'
import type { VideoColourTags } from '../../../domain/colour/video-colour.ts'
import { type AudioForm, FIRST_AUDIO_FRAMES } from '../first-audio.ts'
import type { FirstFramesFacts } from '../probed-file.ts'
import { decoderLimits } from '../process/decoder-limits.ts'
import { openDemuxer } from './node-av-source.ts'

/**
 * Decodes the first `count` frames of a stream. `colour` contains the colour tags of the first frame; `null`
 * if no frame was decoded.
 */
export const firstFramesOf = async (
  path: string,
  streamIndex: number,
  count: number,
): Promise<FirstFramesFacts & { readonly colour: VideoColourTags | null }> => {
  const source = await openDemuxer(path)
  const stream = source.getStream(streamIndex)
  if (stream === undefined) throw new Error(`no stream ${streamIndex}`)
  const decoder = await Decoder.create(stream, { options: decoderLimits, exitOnError: false })
  let [decoded, interlaced] = [0, 0]
  let hasCaptions = false
  let seconds: number | null = null
  let colour: VideoColourTags | null = null
  for await (const frame of decoder.frames(source.packets(streamIndex))) {
    if (frame === null) continue
    const { num, den } = frame.timeBase.num > 0 ? frame.timeBase : stream.timeBase
    if (decoded === 0 && frame.pts !== AV_NOPTS_VALUE) seconds = (Number(frame.pts) * num) / den
    colour ??= {
      primaries: frame.colorPrimaries,
      transfer: frame.colorTrc,
      matrix: frame.colorSpace,
      isMatrixOfContainer: false,
    }
    decoded++
    hasCaptions ||= frame.getSideData(AV_FRAME_DATA_A53_CC) !== null
    if (frame.hasFlags(AV_FRAME_FLAG_INTERLACED)) interlaced++
    frame.free()
    if (decoded === count) break
  }
  await source.close()
  return { seconds, interlacedShare: decoded === 0 ? 0 : interlaced / decoded, hasCaptions, colour }
}

/** Decodes the first frames of an audio stream; `null` if no frame was decoded. */
export const firstAudioFormOf = async (path: string, streamIndex: number): Promise<AudioForm | null> => {
  const source = await openDemuxer(path)
  const stream = source.getStream(streamIndex)
  if (stream === undefined) throw new Error(`no stream ${streamIndex}`)
  const decoder = await Decoder.create(stream, { options: decoderLimits, exitOnError: false })
  let decoded = 0
  let form: AudioForm | null = null
  for await (const frame of decoder.frames(source.packets(streamIndex))) {
    if (frame === null) continue
    form = { channels: frame.channels, sampleRate: frame.sampleRate }
    frame.free()
    if (++decoded === FIRST_AUDIO_FRAMES) break
  }
  await source.close()
  return form
}
