import { Encoder, type FilterComplexAPI, type Frame, Muxer } from 'node-av'
import { FF_ENCODER_AAC, FF_ENCODER_LIBX264, FF_ENCODER_PCM_F32LE } from 'node-av/constants'
import { containerOf, type EncodeOutput } from '../engine.ts'

/** Encodes frames into a file. The file is complete after `finish`. */
export type EncoderSink = {
  readonly label: string
  readonly push: (frame: Frame) => Promise<void>
  readonly finish: () => Promise<void>
}

const ENCODERS = { libx264: FF_ENCODER_LIBX264, aac: FF_ENCODER_AAC, pcm_f32le: FF_ENCODER_PCM_F32LE }

export const openEncoderSink = async (
  { label, encoder: name, options, muxer: muxerOptions, dropsFirstPacket, file }: EncodeOutput,
  filter: FilterComplexAPI,
): Promise<EncoderSink> => {
  const encoder = await Encoder.create(ENCODERS[name], {
    filter,
    bitrate: 0,
    options: { threads: 'auto', ...options },
  })
  const muxer = await Muxer.open(file, { format: containerOf(name), options: muxerOptions })
  const track = muxer.addStream(encoder)

  let isDropped = !dropsFirstPacket

  const drain = async () => {
    for (;;) {
      const packet = await encoder.receive()
      if (!packet) return
      if (isDropped) await muxer.writePacket(packet, track)
      isDropped = true
      packet.free()
    }
  }
  return {
    label,
    push: async (frame) => {
      await encoder.encode(frame)
      frame.free()
      await drain()
    },
    finish: async () => {
      await encoder.flush()
      await drain()
      await muxer.close()
    },
  }
}
