import '../../src/adapters/transcode/node-av/promise-with-resolvers.ts'

import { Decoder, Demuxer } from 'node-av'

/** The channel mask of 5.1: front left and right, centre, low frequency, back left and right. */
const fiveOne = 0x3f

/**
 * Returns a WAV of floats (WAVE_FORMAT_EXTENSIBLE). `sample` returns the value of a channel at a time
 * (seconds).
 */
export const createWav = (
  {
    channels,
    sampleRate,
    seconds,
  }: { readonly channels: number; readonly sampleRate: number; readonly seconds: number },
  sample: (time: number, channel: number) => number,
): Buffer => {
  const count = Math.round(sampleRate * seconds)
  const size = count * channels * 4
  const head = Buffer.alloc(68)
  head.write('RIFF', 0, 'latin1')
  head.writeUInt32LE(60 + size, 4)
  head.write('WAVEfmt ', 8, 'latin1')
  head.writeUInt32LE(40, 16)
  head.writeUInt16LE(0xfffe, 20)
  head.writeUInt16LE(channels, 22)
  head.writeUInt32LE(sampleRate, 24)
  head.writeUInt32LE(sampleRate * channels * 4, 28)
  head.writeUInt16LE(channels * 4, 32)
  head.writeUInt16LE(32, 34)
  head.writeUInt16LE(22, 36)
  head.writeUInt16LE(32, 38)
  head.writeUInt32LE(channels === 6 ? fiveOne : channels === 2 ? 3 : 4, 40)
  // KSDATAFORMAT_SUBTYPE_IEEE_FLOAT
  Buffer.from('0300000000001000800000aa00389b71', 'hex').copy(head, 44)
  head.write('data', 60, 'latin1')
  head.writeUInt32LE(size, 64)
  const data = Buffer.alloc(size)
  for (let i = 0; i < count; i += 1)
    for (let c = 0; c < channels; c += 1) data.writeFloatLE(sample(i / sampleRate, c), (i * channels + c) * 4)
  return Buffer.concat([head, data])
}

/** Decodes the first channel of a file to floats. A player clips values beyond 1. */
export const decodeAudio = async (path: string): Promise<Float32Array> => {
  const source = await Demuxer.open(path)
  const stream = source.audio()
  if (stream === undefined) throw new Error('no audio stream')
  const decoder = await Decoder.create(stream)
  const pieces: Float32Array[] = []
  try {
    for await (const frame of decoder.frames(source.packets(stream.index))) {
      const plane = frame?.data?.[0]
      if (frame === null || plane === undefined) continue
      const bytes = Uint8Array.from(plane.subarray(0, frame.nbSamples * 4))
      pieces.push(new Float32Array(bytes.buffer))
    }
  } finally {
    decoder.close()
    await source.close()
  }
  const all = new Float32Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let offset = 0
  for (const piece of pieces) {
    all.set(piece, offset)
    offset += piece.length
  }
  return all
}

export const peakAmplitude = (samples: Float32Array): number =>
  samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)
