import { Encoder, type FilterComplexAPI, type Frame, Muxer } from 'node-av'
import { FF_ENCODER_AAC, FF_ENCODER_LIBX264 } from 'node-av/constants'
import type { EncodeOutput } from './engine.ts'

/** Takes frames, and has made a file of them when it is finished. */
export type Sink = {
  readonly label: string
  readonly push: (frame: Frame) => Promise<void>
  readonly finish: () => Promise<void>
}

export const openSink = async (
  { label, encoder: name, options, muxer: muxerOptions, file }: EncodeOutput,
  filter: FilterComplexAPI,
): Promise<Sink> => {
  const codec = name === 'aac' ? FF_ENCODER_AAC : FF_ENCODER_LIBX264
  const encoder = await Encoder.create(codec, {
    filter,
    bitrate: 0,
    options: { threads: 'auto', ...options },
  })
  const muxer = await Muxer.open(file, { format: 'mp4', options: muxerOptions })
  const track = muxer.addStream(encoder)

  const drain = async () => {
    for (;;) {
      const packet = await encoder.receive()
      if (!packet) return
      await muxer.writePacket(packet, track)
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
