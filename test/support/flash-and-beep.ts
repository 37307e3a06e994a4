import '../../src/adapters/transcode/node-av/promise-with-resolvers.ts'

import { expect } from 'chai'
import { Decoder, Demuxer, type Frame, type Stream } from 'node-av'

/** The times of a film's flashes and beeps (seconds from its start). */
export type Beats = { readonly flashes: ReadonlyArray<number>; readonly beeps: ReadonlyArray<number> }

/**
 * The largest accepted distance between a flash and its beep (seconds): half a frame. Viewers do not notice
 * twice that.
 */
const SYNC_SECONDS = 0.02

/** Finds flashes and beeps in a film that is otherwise black and silent. */
export const beatsOf = async (path: string): Promise<Beats> => {
  const source = await Demuxer.open(path)
  try {
    const [video, audio] = [source.video(), source.audio()]
    return {
      flashes: video === undefined ? [] : await onsetsIn(path, video, lightOf),
      beeps: audio === undefined ? [] : await onsetsIn(path, audio, loudnessOf),
    }
  } finally {
    await source.close()
  }
}

/** Expects a beep for each flash, at most `apart` seconds away from it. */
export const expectInSync = ({ flashes, beeps }: Beats, apart = SYNC_SECONDS): void => {
  expect(beeps.length, `flashes ${flashes}, beeps ${beeps}`).to.equal(flashes.length)
  for (const [i, flash] of flashes.entries())
    expect(Math.abs((beeps[i] ?? Number.NaN) - flash), `flashes ${flashes}, beeps ${beeps}`).to.be.at.most(
      apart,
    )
}

/** Divides a frame into parts, and yields the time (seconds) and the strength (0 to 1) of each. */
type Strengths = (frame: Frame, start: number) => Iterable<readonly [second: number, strength: number]>

const STRONG = 0.4
const WEAK = 0.15
/**
 * A beat ends after this time below the threshold: audio crosses 0 in each wave, and a flash lasts several
 * frames.
 */
const QUIET_SECONDS = 0.2

const onsetsIn = async (path: string, { index }: Stream, strengths: Strengths): Promise<number[]> => {
  const source = await Demuxer.open(path)
  const stream = source.getStream(index)
  if (stream === undefined) throw new Error('no stream')
  const decoder = await Decoder.create(stream)
  const onsets: number[] = []
  let lastStrong = Number.NEGATIVE_INFINITY
  try {
    for await (const frame of decoder.frames(source.packets(index))) {
      if (frame === null) continue
      const { num, den } = frame.timeBase.num > 0 ? frame.timeBase : stream.timeBase
      for (const [second, strength] of strengths(frame, (Number(frame.pts) * num) / den)) {
        const isOnset = strength > STRONG && second - lastStrong > QUIET_SECONDS
        if (isOnset) onsets.push(second)
        if (strength > STRONG || (strength > WEAK && second - lastStrong < QUIET_SECONDS)) lastStrong = second
      }
      frame.free()
    }
  } finally {
    decoder.close()
    await source.close()
  }
  return onsets
}

function* lightOf(frame: Frame, start: number): Iterable<readonly [number, number]> {
  const plane = frame.data?.[0] ?? Buffer.alloc(0)
  const [width, height, line] = [frame.width, frame.height, frame.linesize[0] ?? frame.width]
  let [sum, count] = [0, 0]
  for (let y = 1; y < height; y += 4)
    for (let x = 1; x < width; x += 4) {
      sum += plane[y * line + x] ?? 0
      count++
    }
  yield [start, (sum / count - 16) / 219]
}

/** Expects planar floats, the format of decoded AAC. */
function* loudnessOf(frame: Frame, start: number): Iterable<readonly [number, number]> {
  const plane = frame.data?.[0] ?? Buffer.alloc(0)
  for (let i = 0; i < frame.nbSamples; i++)
    yield [start + i / frame.sampleRate, 4 * Math.abs(plane.readFloatLE(4 * i))]
}
