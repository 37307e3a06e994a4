import { Codec, Filter, getFFmpegInfo } from 'node-av'
import { FF_ENCODER_AAC, FF_ENCODER_LIBX264 } from 'node-av/constants'
import type { EngineFacts } from '../engine.ts'
import { codecsWithoutDecoder, requiredFilters } from '../process/limits.ts'

export const describeNodeAv = async (): Promise<EngineFacts> => {
  const missing = [
    ...[FF_ENCODER_LIBX264, FF_ENCODER_AAC].filter((name) => Codec.findEncoderByName(name) === null),
    ...requiredFilters.filter((name) => Filter.getByName(name) === null),
  ]
  if (missing.length > 0) throw new Error(`it lacks ${missing.join(', ')}`)
  return {
    name: `node-av with FFmpeg ${getFFmpegInfo().version}`,
    missingDecoders: codecsWithoutDecoder((name) => Codec.findDecoderByName(name as never) !== null),
  }
}
