import { expect } from 'chai'
import { highestLevel, holdsSize, holdsStream, levelIn } from '../../src/domain/ingest/h264-level.ts'

const rate = (num: number) => ({ num, den: 1 })
const stream = (width: number, height: number, maxrate = 100) => ({
  width,
  height,
  maxrate,
  bufsize: 2 * maxrate,
})

/** The lowest level that has room, as encoders choose it. */
const lowest = (one: ReturnType<typeof stream>, frames: number): number | undefined =>
  [10, 9, 11, 12, 13, 20, 21, 22, 30, 31, 32, 40, 41, 42, 50, 51, 52].find((idc) => {
    const level = levelIn(`avc1.6400${idc.toString(16).padStart(2, '0')}`)
    return level !== null && holdsStream(one, rate(frames), level)
  })

describe('[V48] the levels of H.264', () => {
  it('are read from the name of a codec', () => {
    expect(levelIn('avc1.64002a')).to.equal(highestLevel)
    expect(levelIn('avc1.640028')?.idc).to.equal(40)
    for (const other of ['mp4a.40.2', 'avc1.6400ff', 'avc1', 'hvc1.1.6.L93.B0'])
      expect(levelIn(other)).to.equal(null)
  })

  it('have room for what x264 gives them', () => {
    expect(lowest(stream(160, 96, 150), 12)).to.equal(9)
    expect(lowest(stream(1920, 1080, 5000), 30)).to.equal(40)
    expect(lowest(stream(1920, 1080, 7500), 60)).to.equal(42)
    expect(lowest(stream(1280, 720, 2800), 30)).to.equal(31)
    expect(lowest(stream(1280, 720, 4200), 60)).to.equal(32)
    expect(lowest(stream(854, 480, 1400), 24)).to.equal(30)
    expect(lowest(stream(2580, 1080, 7500), 60)).to.equal(51)
    expect(lowest(stream(3840, 2160, 14_000), 60)).to.equal(52)
  })

  it('bound each side, and not the area alone', () => {
    expect(holdsSize({ width: 4208, height: 100 }, highestLevel)).to.equal(true)
    expect(holdsSize({ width: 4240, height: 100 }, highestLevel)).to.equal(false)
    expect(holdsSize({ width: 100, height: 4240 }, highestLevel)).to.equal(false)
  })
})
