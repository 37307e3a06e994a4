import { Codec, Filter, getFFmpegInfo } from 'node-av'
import type { EngineFacts } from '../engine.ts'
import { codecsWithoutDecoder, requiredEncoders, requiredFilters } from '../process/decoder-limits.ts'

export const describeNodeAv = async (): Promise<EngineFacts> => {
  const missing = [
    ...requiredEncoders.filter((name) => Codec.findEncoderByName(name as never) === null),
    ...requiredFilters.filter((name) => Filter.getByName(name) === null),
  ]
  if (missing.length > 0) throw new Error(`it lacks ${missing.join(', ')}`)
  return {
    name: `node-av with FFmpeg ${getFFmpegInfo().version}`,
    missingDecoders: codecsWithoutDecoder((name) => Codec.findDecoderByName(name as never) !== null),
  }
}
