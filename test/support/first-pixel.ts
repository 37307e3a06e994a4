import '../../src/adapters/transcode/node-av/promise-with-resolvers.ts'

import { Decoder, Demuxer } from 'node-av'

/** Y, U and V of the upper left pixel in a film's first frame. */
export const firstPixel = async (path: string): Promise<ReadonlyArray<number | undefined>> => {
  const source = await Demuxer.open(path)
  const stream = source.video()
  if (stream === undefined) throw new Error('no video stream')
  const decoder = await Decoder.create(stream)
  try {
    for await (const frame of decoder.frames(source.packets(stream.index))) {
      if (frame !== null) return [0, 1, 2].map((plane) => frame.data?.[plane]?.[0])
    }
    throw new Error('no frame')
  } finally {
    decoder.close()
    await source.close()
  }
}
