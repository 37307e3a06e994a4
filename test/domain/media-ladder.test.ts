import { expect } from 'chai'
import fc from 'fast-check'
import { planMedia } from '../../src/domain/ingest/media-ladder.ts'
import type { AudioSource, MediaFacts, VideoSource } from '../../src/domain/ingest/media-plan.ts'

const aFilm = (overrides: Partial<VideoSource> = {}): VideoSource => ({
  index: 0,
  width: 1920,
  height: 1080,
  averageRate: 24,
  nominalRate: 24,
  interlaced: false,
  hdr: false,
  codedWidth: 1920,
  codedHeight: 1080,
  rotation: 0,
  mirrored: false,
  codec: 'h264',
  endSeconds: 60,
  hasPrimaries: true,
  hasMatrix: true,
  ...overrides,
})

const aSound = (overrides: Partial<AudioSource> = {}): AudioSource => ({
  index: 1,
  codec: 'flac',
  channels: 2,
  sampleRate: 48_000,
  bitrate: null,
  endSeconds: 60,
  ...overrides,
})

const facts = (video: VideoSource | null, audio: AudioSource | null = null): MediaFacts => ({
  durationSeconds: 60,
  announcedSeconds: 60,
  video,
  audio,
  otherSounds: [],
  warnings: [],
})

const sizes = (width: number, height: number, maxShortSide = 1080) =>
  planMedia(facts(aFilm({ width, height })), { maxShortSide }).video.map((r) => `${r.width}x${r.height}`)

const film = () =>
  fc.record({
    index: fc.constant(0),
    width: fc.integer({ min: 2, max: 8192 }),
    height: fc.integer({ min: 2, max: 8192 }),
    averageRate: fc.oneof(fc.constant(0), fc.double({ min: 0.1, max: 240, noNaN: true })),
    nominalRate: fc.oneof(fc.constant(0), fc.double({ min: 0.1, max: 240, noNaN: true })),
    interlaced: fc.boolean(),
    hdr: fc.boolean(),
    codedWidth: fc.constant(1920),
    codedHeight: fc.constant(1080),
    rotation: fc.constant(0),
    mirrored: fc.boolean(),
    codec: fc.constant('h264'),
    endSeconds: fc.constant(60),
    hasPrimaries: fc.boolean(),
    hasMatrix: fc.boolean(),
  })

describe('planMedia: pictures', () => {
  it('fills the steps of the ladder', () => {
    expect(sizes(1920, 1080)).to.deep.equal(['1920x1080', '1280x720', '854x480', '640x360'])
    expect(sizes(1280, 720)).to.deep.equal(['1280x720', '854x480', '640x360', '426x240'])
    expect(sizes(3840, 2160)).to.deep.equal(['1920x1080', '1280x720', '854x480', '640x360'])
    expect(sizes(3840, 2160, 2160)).to.deep.equal(['3840x2160', '2560x1440', '1920x1080', '1280x720'])
  })

  it('puts a step of the size of the source on top when it is well above the first', () => {
    expect(sizes(1024, 576)).to.deep.equal(['1024x576', '854x480', '640x360', '426x240'])
    expect(sizes(720, 405)[0]).to.equal('720x406')
    expect(sizes(853, 481)[0]).to.equal('852x480')
  })

  it('makes one rendition of what is below the lowest step', () => {
    expect(sizes(16, 16)).to.deep.equal(['16x16'])
    expect(sizes(320, 180)).to.deep.equal(['320x180'])
  })

  it('gives the maxrates of the ladder, more for quick films, and twice as much buffer', () => {
    const rates = (averageRate: number) =>
      planMedia(facts(aFilm({ averageRate }))).video.map((r) => [r.maxrate, r.bufsize])
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

  it('never makes a picture larger than its source, and only even ones', () => {
    fc.assert(
      fc.property(film(), (source) => {
        for (const { width, height } of planMedia(facts(source)).video) {
          // To the nearest even number: one line more at the most, and never none.
          expect(width).to.be.at.most(Math.max(2, source.width + 1))
          expect(height).to.be.at.most(Math.max(2, source.height + 1))
          expect([width % 2, height % 2]).to.deep.equal([0, 0])
        }
      }),
    )
  })

  it('plans a portrait as its landscape, turned', () => {
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

  it('steps down in size and in rate, in four steps at the most, each named once', () => {
    fc.assert(
      fc.property(film(), (source) => {
        const { video } = planMedia(facts(source))
        expect(video.length).to.be.within(1, 4)
        for (const [i, rung] of video.slice(1).entries()) {
          const above = video[i]
          expect(Math.min(rung.width, rung.height)).to.be.below(
            Math.min(above?.width ?? 0, above?.height ?? 0),
          )
          expect(rung.maxrate).to.be.below(above?.maxrate ?? 0)
        }
        expect(new Set(video.map(({ name }) => name)).size).to.equal(video.length)
      }),
    )
  })

  it('gives a larger source no smaller a picture and no lower a rate', () => {
    fc.assert(
      fc.property(film(), fc.integer({ min: 1, max: 8 }), (source, times) => {
        const [small] = planMedia(facts(source)).video
        const larger = { ...source, width: source.width * times, height: source.height * times }
        const [large] = planMedia(facts(larger)).video
        expect(Math.min(large?.width ?? 0, large?.height ?? 0)).to.be.at.least(
          Math.min(small?.width ?? 0, small?.height ?? 0),
        )
        expect(large?.maxrate).to.be.at.least(small?.maxrate ?? 0)
      }),
    )
  })
})

describe('planMedia: sound', () => {
  const kilobits = (audio: AudioSource, video: VideoSource | null = null) =>
    planMedia(facts(video, audio)).audio.map((rung) => rung.kilobits)

  it('makes one rendition beside pictures, three of sound alone', () => {
    expect(kilobits(aSound(), aFilm())).to.deep.equal([128])
    expect(kilobits(aSound())).to.deep.equal([64, 128, 256])
    expect(planMedia(facts(null, aSound()))).to.include({ partSeconds: 6 })
  })

  it('spends no more than 1.3 times what a lossy source has', () => {
    expect(kilobits(aSound({ codec: 'mp3', bitrate: 192_000 }))).to.deep.equal([64, 128])
    expect(kilobits(aSound({ codec: 'aac', bitrate: 320_000 }))).to.deep.equal([64, 128, 256])
    expect(kilobits(aSound({ codec: 'opus', bitrate: 24_000 }))).to.deep.equal([64])
    expect(kilobits(aSound({ codec: 'pcm_s16le', bitrate: 64_000 }))).to.deep.equal([64, 128, 256])
  })

  it('keeps mono, at three fifths of the rate, and folds more than two channels', () => {
    expect(kilobits(aSound({ channels: 1 }))).to.deep.equal([48, 77, 154])
    expect(planMedia(facts(null, aSound({ channels: 1 }))).audio.map((r) => r.channels)).to.deep.equal([
      1, 1, 1,
    ])
    expect(planMedia(facts(aFilm(), aSound({ channels: 6 }))).audio[0]).to.include({
      channels: 2,
      kilobits: 128,
    })
  })

  it('keeps 44.1 kHz, and brings all else to 48', () => {
    const rate = (sampleRate: number) => planMedia(facts(null, aSound({ sampleRate }))).audio[0]?.sampleRate
    expect([8000, 44_100, 48_000, 96_000].map(rate)).to.deep.equal([48_000, 44_100, 48_000, 48_000])
  })
})
