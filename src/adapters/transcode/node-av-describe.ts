import { Codec, Filter, getFFmpegInfo } from 'node-av'
import { FF_ENCODER_AAC, FF_ENCODER_LIBX264 } from 'node-av/constants'
import type { EngineFacts } from './engine.ts'

export const describe = async (): Promise<EngineFacts> => {
  const missing = [FF_ENCODER_LIBX264, FF_ENCODER_AAC].filter(
    (name) => Codec.findEncoderByName(name) === null,
  )
  if (missing.length > 0) throw new Error(`it lacks the encoders ${missing.join(', ')}`)
  const toneMaps = Filter.getByName('zscale') !== null && Filter.getByName('tonemap') !== null
  return { name: `node-av with FFmpeg ${getFFmpegInfo().version}`, toneMaps }
}
