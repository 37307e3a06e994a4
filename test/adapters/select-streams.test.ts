import { expect } from 'chai'
import fc from 'fast-check'
import { isDecoded } from '../../src/adapters/transcode/limits.ts'
import type { ProbedAudio, ProbedStream, ProbedVideo } from '../../src/adapters/transcode/probed-file.ts'
import { selectStreams } from '../../src/adapters/transcode/select-streams.ts'
import { noFilmTags } from '../../src/domain/colour/film-colour.ts'
import { E } from '../../src/fp.ts'

const pictures = (overrides: Partial<ProbedVideo> = {}): ProbedVideo => ({
  kind: 'video',
  index: 0,
  codec: 'h264',
  language: null,
  isDefault: false,
  endSeconds: 10,
  isCover: false,
  width: 640,
  height: 360,
  pixelAspect: 1,
  rotation: 0,
  mirrored: false,
  averageRate: 25,
  nominalRate: 25,
  interlacedShare: 0,
  startSeconds: 0,
  colour: noFilmTags,
  ...overrides,
})

const sound = (overrides: Partial<ProbedAudio> = {}): ProbedAudio => ({
  kind: 'audio',
  index: 1,
  codec: 'aac',
  language: null,
  isDefault: false,
  startSeconds: 0,
  endSeconds: 10,
  channels: 2,
  sampleRate: 48_000,
  bitrate: null,
  ...overrides,
})

const select = (...streams: ReadonlyArray<ProbedStream>) => selectStreams({ durationSeconds: 60, streams })

const chosen = (...streams: ReadonlyArray<ProbedStream>) => {
  const facts = select(...streams)
  if (E.isLeft(facts)) throw new Error(facts.left.message)
  return [facts.right.video?.index, facts.right.audio?.index]
}

const codec = () => fc.constantFrom('h264', 'mjpeg', 'rv40', 'aac', 'dts', 'truehd', 'mp3')
const someStreams = () =>
  fc
    .array(
      fc.oneof(
        fc.record({ codec: codec(), isDefault: fc.boolean(), isCover: fc.boolean() }).map(pictures),
        fc.record({ codec: codec(), isDefault: fc.boolean(), channels: fc.nat(8) }).map(sound),
        codec().map((codec) => ({ kind: 'subtitles' as const, index: 0, codec, language: null })),
      ),
    )
    .map((streams): ReadonlyArray<ProbedStream> => streams.map((stream, index) => ({ ...stream, index })))

describe('selectStreams', () => {
  it('[V48] prefers films to thumbnails, then the default, then the largest', () => {
    const thumbnail = pictures({ index: 0, codec: 'mjpeg', isDefault: true })
    expect(chosen(thumbnail, pictures({ index: 1 }))).to.deep.equal([1, undefined])
    expect(chosen(pictures({ index: 0 }), pictures({ index: 1, width: 1280 }))).to.deep.equal([1, undefined])
    const main = pictures({ index: 1, width: 320, isDefault: true })
    expect(chosen(pictures({ index: 0 }), main)).to.deep.equal([1, undefined])
    expect(chosen(thumbnail)).to.deep.equal([0, undefined])
  })

  it('[V40] takes the first sound that is decoded where the default is not', () => {
    const dts = sound({ index: 1, codec: 'dts', isDefault: true })
    expect(chosen(pictures(), dts, sound({ index: 2 }))).to.deep.equal([0, 2])
  })

  it('[V44] announces the length of what it chose alone', () => {
    const unknown = [pictures({ endSeconds: null }), sound({ index: 1 })]
    const subtitles = { kind: 'subtitles' as const, index: 2, codec: 'subrip', language: null }
    const announced = (...streams: ReadonlyArray<ProbedStream>) => {
      const facts = select(...streams)
      return E.isRight(facts) ? facts.right.announcedSeconds : undefined
    }
    expect(announced(...unknown)).to.equal(60)
    expect(announced(...unknown, subtitles)).to.equal(null)
    expect(announced(pictures(), sound({ endSeconds: 12 }), subtitles)).to.equal(12)
  })

  it('keeps the other sounds in mind that are decoded, in their order', () => {
    const dts = sound({ index: 1, codec: 'dts' })
    const facts = select(
      ...[pictures(), dts, sound({ index: 2, language: 'fra', channels: 1 })],
      ...[sound({ index: 3, isDefault: true }), sound({ index: 4 })],
    )
    if (E.isLeft(facts)) throw new Error(facts.left.message)
    const { audio, otherSounds, warnings } = facts.right
    expect(audio?.index).to.equal(3)
    expect(otherSounds.map(({ source, description }) => [source.index, description])).to.deep.equal([
      [2, 'sound in fra (aac, 1 channel)'],
      [4, 'sound (aac, 2 channels)'],
    ])
    for (const { description } of otherSounds) expect(warnings).to.include(`left out: ${description}`)
  })

  it('[V40] chooses nothing that is not decoded, and names whatever it leaves out', () => {
    fc.assert(
      fc.property(someStreams(), (streams) => {
        const facts = select(...streams)
        if (E.isLeft(facts)) {
          expect(facts.left.message).to.match(/^the (file|pictures|sound) [^/\n]+$/)
          return
        }
        const { video, audio, warnings } = facts.right
        for (const one of [video, audio]) if (one !== null) expect(isDecoded(one.codec)).to.equal(true)
        const others = streams.filter(
          (stream) =>
            stream.index !== video?.index &&
            stream.index !== audio?.index &&
            !(stream.kind === 'video' && stream.isCover),
        )
        expect(warnings.filter((warning) => warning.startsWith('left out: '))).to.have.length(others.length)
      }),
    )
  })
})
