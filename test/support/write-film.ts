import '../../src/adapters/transcode/node-av/promise-with-resolvers.ts'

import { Encoder, Frame, Log, Muxer, Rational } from 'node-av'
import type { AVPixelFormat, FFEncoderCodec } from 'node-av/constants'
import { AV_FRAME_DATA_A53_CC, AV_LOG_ERROR } from 'node-av/constants'

export type FilmOptions = {
  readonly width: number
  readonly height: number
  /** Frames a second. */
  readonly rate: number
  readonly pixelFormat: AVPixelFormat
  readonly encoder: FFEncoderCodec
  /** Encoder options by their FFmpeg names. */
  readonly options: Readonly<Record<string, string>>
  /** FFmpeg's name of the container; `mp4` by default. */
  readonly container?: string
  /** Captions of each frame: triples of `cc_data` (ANSI/SCTE 128-1 §8). */
  readonly captions?: Uint8Array
}

/** Encodes frames into a film. `pictures`: the planes of each frame, concatenated. */
export const writeFilm = async (
  path: string,
  { width, height, rate, pixelFormat, encoder: name, options, container = 'mp4', captions }: FilmOptions,
  pictures: Iterable<Buffer>,
): Promise<void> => {
  Log.setLevel(AV_LOG_ERROR)
  const timeBase = { num: 1, den: rate }
  const encoder = await Encoder.create(name, {
    bitrate: 0,
    context: { framerate: new Rational(rate, 1) },
    options: { ...options },
  })
  const muxer = await Muxer.open(path, { format: container, options: {} })
  const track = muxer.addStream(encoder)
  const drain = async () => {
    for (let packet = await encoder.receive(); packet; packet = await encoder.receive()) {
      await muxer.writePacket(packet, track)
      packet.free()
    }
  }
  let pts = 0n
  for (const picture of pictures) {
    const frame = Frame.fromVideoBuffer(picture, { width, height, format: pixelFormat, timeBase, pts: pts++ })
    if (captions !== undefined) frame.newSideData(AV_FRAME_DATA_A53_CC, captions.length).set(captions)
    await encoder.encode(frame)
    frame.free()
    await drain()
  }
  await encoder.flush()
  await drain()
  await muxer.close()
}
