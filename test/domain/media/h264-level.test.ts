import { expect } from 'chai'
import fc from 'fast-check'
import { examineLevel } from '../../../src/domain/examiner/examine-video.ts'
import type { VideoRung } from '../../../src/domain/ingest/plan/media-plan.ts'
import { planVideo } from '../../../src/domain/ingest/plan/video-ladder.ts'
import { highestH264Level, macroblockCount, permitsSize } from '../../../src/domain/media/h264-level.ts'
import { h264LevelInCodec, permitsStream } from '../../support/h264-streams.ts'

const rate = (num: number) => ({ num, den: 1 })
const stream = (width: number, height: number, maxrate = 100) => ({
  width,
  height,
  maxrate,
  bufsize: 2 * maxrate,
})

/** Returns the lowest level whose limits the stream satisfies, as encoders choose it. */
const lowestLevel = (one: ReturnType<typeof stream>, frames: number): number | undefined =>
  [10, 9, 11, 12, 13, 20, 21, 22, 30, 31, 32, 40, 41, 42, 50, 51, 52].find((idc) => {
    const level = h264LevelInCodec(`avc1.6400${idc.toString(16).padStart(2, '0')}`)
    return level !== null && permitsStream(one, rate(frames), level)
  })

/**
 * The levels that x264 chooses from, in its order. A row has level_idc, then the columns of ITU-T H.264 table
 *
 */
const x264Levels = [
  [10, 1485, 99, 396, 64, 175],
  [9, 1485, 99, 396, 128, 350],
  [11, 3000, 396, 900, 192, 500],
  [12, 6000, 396, 2376, 384, 1000],
  [13, 11_880, 396, 2376, 768, 2000],
  [20, 11_880, 396, 2376, 2000, 2000],
  [21, 19_800, 792, 4752, 4000, 4000],
  [22, 20_250, 1620, 8100, 4000, 4000],
  [30, 40_500, 1620, 8100, 10_000, 10_000],
  [31, 108_000, 3600, 18_000, 14_000, 14_000],
  [32, 216_000, 5120, 20_480, 20_000, 20_000],
  [40, 245_760, 8192, 32_768, 20_000, 25_000],
  [41, 245_760, 8192, 32_768, 50_000, 62_500],
  [42, 522_240, 8704, 34_816, 50_000, 62_500],
  [50, 589_824, 22_080, 110_400, 135_000, 135_000],
  [51, 983_040, 36_864, 184_320, 240_000, 240_000],
  [52, 2_073_600, 36_864, 184_320, 240_000, 240_000],
  [60, 4_177_920, 139_264, 696_320, 240_000, 240_000],
  [61, 8_355_840, 139_264, 696_320, 480_000, 480_000],
  [62, 16_711_680, 139_264, 696_320, 800_000, 800_000],
] as const

/** Returns those fields of the encoder's sequence parameter set that affect levels. */
const encodedAs = (rung: VideoRung, frames: number) => {
  const macroblocksWide = Math.ceil(rung.width / 16)
  const macroblocksHigh = Math.ceil(rung.height / 16)
  const referenceFrames = frames < 10 ? 1 : 4
  const macroblocks = macroblockCount(rung)
  const [level = 62] =
    x264Levels.find(
      ([, rate, size, stored, bits, buffer]) =>
        macroblocks <= size &&
        Math.max(macroblocksWide, macroblocksHigh) ** 2 <= 8 * size &&
        macroblocks * frames <= rate &&
        macroblocks * referenceFrames <= stored &&
        rung.maxrate <= bits * 1.25 &&
        rung.bufsize <= buffer * 1.25,
    ) ?? []
  const display = { width: rung.width, height: rung.height, colour: null, isSquare: true }
  return {
    ...{ profile: 100, constraints: 0, level },
    ...{ macroblocksWide, macroblocksHigh, referenceFrames },
    ...display,
  }
}

describe('[V48] the levels of H.264', () => {
  it('are parsed from codec strings', () => {
    expect(h264LevelInCodec('avc1.64002a')).to.equal(highestH264Level)
    expect(h264LevelInCodec('avc1.640028')?.idc).to.equal(40)
    for (const other of ['mp4a.40.2', 'avc1.6400ff', 'avc1', 'hvc1.1.6.L93.B0'])
      expect(h264LevelInCodec(other)).to.equal(null)
  })

  it('are those that the encoder chooses, including level 1b', () => {
    for (const [idc, rate, size, stored, bits, buffer] of x264Levels)
      expect(h264LevelInCodec(`avc1.6400${idc.toString(16).padStart(2, '0')}`), String(idc)).to.deep.equal({
        idc,
        macroblocksPerSecond: rate,
        macroblocks: size,
        pictureBufferMacroblocks: stored,
        kilobits: bits * 1.25,
        bufferKilobits: buffer * 1.25,
      })
    expect(h264LevelInCodec('avc1.42100b'), 'how baseline names 1b').to.include({ idc: 9, kilobits: 128 })
    expect(h264LevelInCodec('avc1.4d001e'), 'main').to.include({ kilobits: 10_000, bufferKilobits: 10_000 })
    expect(h264LevelInCodec('avc1.42000b')?.idc).to.equal(11)
  })

  it('are correct for every planned rendition, also of the smallest films', () => {
    const side = fc.oneof(fc.integer({ min: 2, max: 200 }), fc.integer({ min: 2, max: 4400 }))
    const source = fc.record({ width: side, height: side })
    const small = [2, 31, 64, 128, 160, 176].map((width) => ({ width, height: Math.ceil(width * 0.75) }))
    const expectCorrect = (size: { readonly width: number; readonly height: number }, frames: number) => {
      for (const isSilent of [true, false])
        for (const rung of planVideo(size, rate(frames), isSilent)) {
          const sequence = encodedAs(rung, frames)
          expect(examineLevel(rung.name, sequence, rate(frames))).to.deep.equal([])
          expect(sequence.level).to.be.at.most(highestH264Level.idc)
        }
    }
    for (const size of small) for (const frames of [5, 15, 25, 60]) expectCorrect(size, frames)
    fc.assert(fc.property(source, fc.constantFrom(5, 15, 25, 60), expectCorrect))
  })

  it('are those that x264 chooses for these sizes and rates', () => {
    expect(lowestLevel(stream(160, 96, 150), 12)).to.equal(9)
    expect(lowestLevel(stream(1920, 1080, 5000), 30)).to.equal(40)
    expect(lowestLevel(stream(1920, 1080, 7500), 60)).to.equal(42)
    expect(lowestLevel(stream(1280, 720, 2800), 30)).to.equal(31)
    expect(lowestLevel(stream(1280, 720, 4200), 60)).to.equal(32)
    expect(lowestLevel(stream(854, 480, 1400), 24)).to.equal(30)
    expect(lowestLevel(stream(2580, 1080, 7500), 60)).to.equal(51)
    expect(lowestLevel(stream(3840, 2160, 14_000), 60)).to.equal(52)
  })

  it('limit width and height, not only the area', () => {
    expect(permitsSize({ width: 4208, height: 100 }, highestH264Level)).to.equal(true)
    expect(permitsSize({ width: 4240, height: 100 }, highestH264Level)).to.equal(false)
    expect(permitsSize({ width: 100, height: 4240 }, highestH264Level)).to.equal(false)
  })
})
