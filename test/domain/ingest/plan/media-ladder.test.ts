import { expect } from 'chai'
import fc from 'fast-check'
import { planMedia } from '../../../../src/domain/ingest/plan/media-ladder.ts'
import type { AudioSource, MediaFacts, VideoSource } from '../../../../src/domain/ingest/plan/media-plan.ts'
import { highestH264Level } from '../../../../src/domain/media/h264-level.ts'
import { permitsStream } from '../../../support/h264-streams.ts'
import { unspecifiedVideoColourTags } from '../../../support/unspecified-colour-tags.ts'

const aFilm = (overrides: Partial<VideoSource> = {}): VideoSource => ({
  index: 0,
  width: 1920,
  height: 1080,
  averageRate: 24,
  nominalRate: 24,
  peakFrameRate: null,
  interlaced: false,
  colour: unspecifiedVideoColourTags,
  late: [],
  lastFrame: null,
  codedWidth: 1920,
  codedHeight: 1080,
  rotation: 0,
  mirrored: false,
  codec: 'h264',
  startSeconds: 0,
  endSeconds: 60,
  ...overrides,
})

const aSound = (overrides: Partial<AudioSource> = {}): AudioSource => ({
  index: 1,
  codec: 'flac',
  channels: 2,
  sampleRate: 48_000,
  bitrate: null,
  language: null,
  endSeconds: 60,
  ...overrides,
})

const facts = (video: VideoSource | null, audio: AudioSource | null = null): MediaFacts => ({
  durationSeconds: 60,
  declaredSeconds: 60,
  video,
  audio,
  fallbackAudio: [],
  warnings: [],
})

const sizes = (width: number, height: number, averageRate = 24) =>
  planMedia(facts(aFilm({ width, height, averageRate }), aSound())).video.map((r) => `${r.width}x${r.height}`)

/** Returns two plans for a film: with audio and without. */
const plansOf = (source: VideoSource) => [aSound(), null].map((audio) => planMedia(facts(source, audio)))

const film = () =>
  fc.record({
    index: fc.constant(0),
    width: fc.integer({ min: 2, max: 8192 }),
    height: fc.integer({ min: 2, max: 8192 }),
    averageRate: fc.oneof(fc.constant(0), fc.double({ min: 0.1, max: 240, noNaN: true })),
    nominalRate: fc.oneof(fc.constant(0), fc.double({ min: 0.1, max: 240, noNaN: true })),
    peakFrameRate: fc.option(fc.double({ min: 0.1, max: 240, noNaN: true })),
    interlaced: fc.boolean(),
    colour: fc.constant(unspecifiedVideoColourTags),
    late: fc.constant([]),
    lastFrame: fc.constant(null),
    codedWidth: fc.constant(1920),
    codedHeight: fc.constant(1080),
    rotation: fc.constant(0),
    mirrored: fc.boolean(),
    codec: fc.constant('h264'),
    startSeconds: fc.constant(0),
    endSeconds: fc.constant(60),
  })

describe('planMedia: video', () => {
  it('fills the steps of the ladder', () => {
    expect(sizes(1920, 1080)).to.deep.equal(['1920x1080', '1280x720', '854x480', '640x360'])
    expect(sizes(1280, 720)).to.deep.equal(['1280x720', '854x480', '640x360', '426x240'])
    expect(sizes(3840, 2160)).to.deep.equal(['1920x1080', '1280x720', '854x480', '640x360'])
  })

  it('[V48] compares areas: a wide film keeps its size, as does a square one', () => {
    expect(sizes(1920, 800)).to.deep.equal(['1920x800', '1472x614', '992x414', '736x306'])
    expect(sizes(800, 1920)).to.deep.equal(['800x1920', '614x1472', '414x992', '306x736'])
    expect(sizes(1440, 1440)[0]).to.equal('1440x1440')
    expect(sizes(2048, 1080)[0]).to.equal('2048x1080')
    expect(sizes(1920, 1088)[0]).to.equal('1920x1088')
  })

  it('[V48] scales a film beyond level 4.2 to the area of 1080 lines', () => {
    for (const [width, height] of [
      [3440, 1440],
      [5120, 1440],
      [2560, 1080],
      [1080, 7680],
      [8192, 100],
      [4096, 4096],
    ] as const) {
      const [top] = planMedia(facts(aFilm({ width, height, averageRate: 60 }))).video
      expect((top?.width ?? 0) * (top?.height ?? 0), `${width}x${height}`).to.be.at.most(1920 * 1080 * 1.001)
      expect((top?.width ?? 0) / (top?.height ?? 1)).to.be.closeTo(width / height, (0.03 * width) / height)
    }
    expect(sizes(3440, 1440, 60)[0]).to.equal('2214x928')
  })

  it('[V48] has one rendition of less than 192 kbit/s for a film without audio', () => {
    const silent = (width: number, height: number, averageRate = 24) =>
      planMedia(facts(aFilm({ width, height, averageRate }))).video
    for (const rate of [24, 60])
      for (const [width, height] of [
        [1920, 1080],
        [640, 360],
        [256, 144],
        [170, 96],
        [16, 16],
      ] as const) {
        // The peak rate in the worst case is maxrate plus the whole buffer, spread over half a target
        // duration of 6 s.
        const peaks = silent(width, height, rate).map(({ maxrate, bufsize }) => maxrate + bufsize / 3)
        expect(peaks.filter((peak) => peak <= 185)).to.have.length(1)
      }
    expect(silent(1920, 1080).map(({ name }) => name)).to.deep.equal([
      'v1080',
      'v720',
      'v480',
      'v360',
      'v144',
    ])
  })

  it('[V48] stays within level 4.2, whatever the film', () => {
    fc.assert(
      fc.property(film(), (source) => {
        for (const { video, frameRate } of plansOf(source))
          for (const rung of video) expect(permitsStream(rung, frameRate, highestH264Level)).to.equal(true)
      }),
    )
  })

  it('adds a step of the size of the source if that is well above the first step', () => {
    expect(sizes(1024, 576)).to.deep.equal(['1024x576', '854x480', '640x360', '426x240'])
    expect(sizes(720, 405)[0]).to.equal('720x406')
    expect(sizes(853, 481)[0]).to.equal('854x482')
  })

  it('makes one rendition of a film below the lowest step', () => {
    expect(sizes(16, 16)).to.deep.equal(['16x16'])
    expect(sizes(320, 180)).to.deep.equal(['320x180'])
  })

  it('has the maxrates of the ladder, higher ones for high frame rates, and buffers twice as large', () => {
    const rates = (averageRate: number) =>
      planMedia(facts(aFilm({ averageRate }), aSound())).video.map((r) => [r.maxrate, r.bufsize])
    expect(rates(24)).to.deep.equal([
      [5000, 10_000],
      [2800, 5600],
      [1400, 2800],
      [800, 1600],
    ])
    expect(rates(60)[0]).to.deep.equal([7500, 15_000])
    expect(rates(30)[0]).to.deep.equal([5000, 10_000])
  })

  it('has GOPs of about 2 seconds, and 3 of them in a part', () => {
    expect(planMedia(facts(aFilm()))).to.include({ gop: 48, partSeconds: 6, crf: 22 })
    expect(planMedia(facts(aFilm({ averageRate: 29.97 })))).to.include({ gop: 60, partSeconds: 6.006 })
  })

  it('never enlarges the source, and has only even sizes', () => {
    fc.assert(
      fc.property(film(), (source) => {
        for (const { width, height } of planMedia(facts(source)).video) {
          // Rounding to the nearest even number may add one line, and the minimum is 2.
          expect(width).to.be.at.most(Math.max(2, source.width + 1))
          expect(height).to.be.at.most(Math.max(2, source.height + 1))
          expect([width % 2, height % 2]).to.deep.equal([0, 0])
        }
      }),
    )
  })

  it('plans a portrait film like the landscape film of the same sides', () => {
    fc.assert(
      fc.property(film(), (source) => {
        const turned = { ...source, width: source.height, height: source.width }
        const upright = planMedia(facts(source)).video.map(({ width, height, ...rest }) => ({
          ...rest,
          width: height,
          height: width,
        }))
        expect(planMedia(facts(turned)).video).to.deep.equal(upright)
      }),
    )
  })

  it('descends in size and rate, in at most four steps with different names', () => {
    fc.assert(
      fc.property(film(), (source) => {
        const [{ video } = planMedia(facts(source)), silent] = plansOf(source)
        expect(video.length).to.be.within(1, 4)
        for (const [i, rung] of silent?.video.slice(1).entries() ?? []) {
          const above = silent?.video[i]
          expect(rung.width * rung.height).to.be.below((above?.width ?? 0) * (above?.height ?? 0))
          expect(rung.maxrate).to.be.below(above?.maxrate ?? 0)
        }
        expect(new Set(video.map(({ name }) => name)).size).to.equal(video.length)
      }),
    )
  })

  it('never has a smaller size or a lower rate for a larger source', () => {
    fc.assert(
      fc.property(film(), fc.integer({ min: 1, max: 8 }), (source, times) => {
        // In a film of a few lines, rounding by two lines changes much.
        fc.pre(Math.min(source.width, source.height) >= 64)
        const [small] = planMedia(facts(source)).video
        const larger = { ...source, width: source.width * times, height: source.height * times }
        const [large] = planMedia(facts(larger)).video
        // A size that just satisfies level 4.2 is a little larger than the size to which larger sources are
        // scaled.
        const areas = [small, large].map((rung) => (rung?.width ?? 0) * (rung?.height ?? 0))
        expect(areas[1]).to.be.at.least(0.9 * Math.min(areas[0] ?? 0, 1920 * 1080))
        expect(large?.maxrate).to.be.at.least(0.95 * (small?.maxrate ?? 0))
      }),
    )
  })
})

describe('planMedia: audio', () => {
  const kilobits = (audio: AudioSource, video: VideoSource | null = null) =>
    planMedia(facts(video, audio)).audio.map((rung) => rung.kilobits)

  it('makes one rendition for a film, three for a file without video', () => {
    expect(kilobits(aSound(), aFilm())).to.deep.equal([128])
    expect(kilobits(aSound())).to.deep.equal([64, 128, 256])
    expect(planMedia(facts(null, aSound()))).to.include({ partSeconds: 6 })
  })

  it('uses at most 1.3 times the bit rate of a lossy source', () => {
    expect(kilobits(aSound({ codec: 'mp3', bitrate: 192_000 }))).to.deep.equal([64, 128])
    expect(kilobits(aSound({ codec: 'aac', bitrate: 320_000 }))).to.deep.equal([64, 128, 256])
    expect(kilobits(aSound({ codec: 'opus', bitrate: 24_000 }))).to.deep.equal([64])
    expect(kilobits(aSound({ codec: 'pcm_s16le', bitrate: 64_000 }))).to.deep.equal([64, 128, 256])
  })

  it('keeps mono, at three fifths of the rate, and downmixes more than two channels', () => {
    expect(kilobits(aSound({ channels: 1 }))).to.deep.equal([48, 77, 154])
    expect(planMedia(facts(null, aSound({ channels: 1 }))).audio.map((r) => r.channels)).to.deep.equal([
      1, 1, 1,
    ])
    expect(planMedia(facts(aFilm(), aSound({ channels: 6 }))).audio[0]).to.include({
      channels: 2,
      kilobits: 128,
    })
  })

  it('converts 44.1 kHz, its fractions and multiples to 44.1, and all other rates to 48', () => {
    const rate = (sampleRate: number) => planMedia(facts(null, aSound({ sampleRate }))).audio[0]?.sampleRate
    expect([8000, 16_000, 32_000, 48_000, 96_000].map(rate)).to.deep.equal(Array(5).fill(48_000))
    expect([11_025, 22_050, 44_100, 88_200].map(rate)).to.deep.equal(Array(4).fill(44_100))
  })

  it('[V48] uses no higher bit rate for telephone audio than its sample rate justifies', () => {
    const of = (sampleRate: number, channels: number, video: VideoSource | null = null) =>
      kilobits(aSound({ codec: 'pcm_mulaw', sampleRate, channels }), video)
    expect(of(8000, 1)).to.deep.equal([32])
    expect(of(16_000, 1)).to.deep.equal([48])
    expect(of(8000, 2)).to.deep.equal([64])
    expect(of(32_000, 1)).to.deep.equal([48, 77])
    expect(of(22_050, 2)).to.deep.equal([64, 128])
    expect(of(8000, 1, aFilm())).to.deep.equal([32])
    expect(of(48_000, 1)).to.deep.equal([48, 77, 154])
  })
})
