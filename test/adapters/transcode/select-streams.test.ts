import { expect } from 'chai'
import fc from 'fast-check'
import * as constants from 'node-av/constants'
import type { ProbedStream } from '../../../src/adapters/transcode/probed-file.ts'
import { isSupportedCodec } from '../../../src/adapters/transcode/process/decoder-limits.ts'
import { selectStreams } from '../../../src/adapters/transcode/select-streams.ts'
import { type StreamPurpose, streamPurposes } from '../../../src/adapters/transcode/stream-purposes.ts'
import { E } from '../../../src/fp.ts'
import { audioStream, noExtras, subtitleStream, videoStream } from '../../support/probed-streams.ts'

const PREFIX = 'AV_DISPOSITION_'
const purposes = Object.keys(streamPurposes) as ReadonlyArray<StreamPurpose>
const asides = purposes.filter((purpose) => streamPurposes[purpose].standing === 'aside')

const select = (...streams: ReadonlyArray<ProbedStream>) =>
  selectStreams({ durationSeconds: 60, streams, extras: noExtras })

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
        fc.record({ codec: codec(), isDefault: fc.boolean(), isCover: fc.boolean() }).map(videoStream),
        fc.record({ codec: codec(), isDefault: fc.boolean(), channels: fc.nat(8) }).map(audioStream),
        codec().map((codec) => subtitleStream({ codec })),
      ),
    )
    .map((streams): ReadonlyArray<ProbedStream> => streams.map((stream, index) => ({ ...stream, index })))

describe('selectStreams', () => {
  it('[V48] prefers films to thumbnails, then the default, then the largest', () => {
    const thumbnail = videoStream({ index: 0, codec: 'mjpeg', isDefault: true })
    expect(chosen(thumbnail, videoStream({ index: 1 }))).to.deep.equal([1, undefined])
    expect(chosen(videoStream({ index: 0 }), videoStream({ index: 1, width: 1280 }))).to.deep.equal([
      1,
      undefined,
    ])
    const main = videoStream({ index: 1, width: 320, isDefault: true })
    expect(chosen(videoStream({ index: 0 }), main)).to.deep.equal([1, undefined])
    expect(chosen(thumbnail)).to.deep.equal([0, undefined])
  })

  it('[V47] selects streams for some viewers, and commentaries, only where there are no others', () => {
    const main = audioStream({ index: 2 })
    for (const purpose of asides) {
      const aside = audioStream({ index: 1, isDefault: true, purposes: [purpose] })
      expect(chosen(videoStream(), aside, main), purpose).to.deep.equal([0, 2])
      expect(chosen(videoStream(), aside), purpose).to.deep.equal([0, 1])
      const signed = videoStream({ index: 0, isDefault: true, width: 1920, purposes: [purpose] })
      expect(chosen(signed, videoStream({ index: 3 })), purpose).to.deep.equal([3, undefined])
    }
    expect(asides).to.include.members([...['comment', 'hearing_impaired', 'visual_impaired', 'karaoke']])
    expect(asides).to.include.members(['descriptions', 'clean_effects', 'dependent'])
  })

  it('[V47] prefers an original and avoids a dub, where neither is the default', () => {
    const [dub, plain] = [audioStream({ index: 1, purposes: ['dub'] }), audioStream({ index: 2 })]
    const original = audioStream({ index: 3, purposes: ['original'] })
    expect(chosen(dub, plain, original)).to.deep.equal([undefined, 3])
    expect(chosen(dub, plain)).to.deep.equal([undefined, 2])
    expect(chosen({ ...dub, isDefault: true }, plain, original)).to.deep.equal([undefined, 1])
  })

  it('[V47] warns about the purpose of a stream that is left out, and of audio that had to be used', () => {
    const described = audioStream({
      index: 1,
      language: 'eng',
      purposes: ['visual_impaired', 'descriptions'],
    })
    const captions = subtitleStream({ index: 3, language: 'eng', purposes: ['hearing_impaired'] })
    const warnings = (...streams: ReadonlyArray<ProbedStream>) => {
      const facts = select(...streams)
      return E.isRight(facts) ? facts.right.warnings : []
    }
    expect(warnings(videoStream(), described, audioStream({ index: 2 }), captions)).to.deep.equal([
      'left out: sound in eng (aac, 2 channels, audio description)',
      'left out: subtitles in eng (subrip, for the hard of hearing)',
    ])
    expect(warnings(videoStream(), described)).to.deep.equal([
      'the sound in eng (aac, 2 channels, audio description) is used: no other one can be decoded',
    ])
  })

  it('selects audio of the program of the video, and warns where it has none', () => {
    const streams = (...of: ReadonlyArray<ReadonlyArray<number>>) => [
      videoStream({ index: 0, width: 320, programs: of[0] ?? [] }),
      audioStream({ index: 1, isDefault: true, programs: of[1] ?? [] }),
      videoStream({ index: 2, width: 640, programs: of[2] ?? [] }),
      audioStream({ index: 3, programs: of[3] ?? [] }),
    ]
    expect(chosen(...streams([1], [1], [2], [2]))).to.deep.equal([2, 3])
    expect(chosen(...streams([1], [1], [2], [1, 2]))).to.deep.equal([2, 3])
    expect(chosen(...streams([1], [1], [2], [3]))).to.deep.equal([2, undefined])
    const facts = select(...streams([1], [1], [2], [1]))
    expect(E.isRight(facts) && [facts.right.fallbackAudio, facts.right.warnings]).to.deep.equal([
      [],
      [
        'left out: pictures of program 1 (h264, 320x360)',
        'left out: sound of program 1 (aac, 2 channels)',
        'left out: sound of program 1 (aac, 2 channels)',
        'no sound: the program of the video has none',
      ],
    ])
    const radio = [
      audioStream({ index: 0, programs: [7] }),
      audioStream({ index: 1, isDefault: true, programs: [8] }),
    ]
    const selected = select(...radio)
    expect(E.isRight(selected) && [selected.right.audio?.index, selected.right.fallbackAudio]).to.deep.equal([
      1,
      [],
    ])
  })

  it('selects audio whose channels are unknown beside video, after audio whose channels are known', () => {
    const unknown = audioStream({ channels: 0, isDefault: true })
    const alone = select(videoStream(), unknown)
    expect(E.isRight(alone) && alone.right.audio).to.include({ index: 1, channels: 2 })
    const beside = select(videoStream(), unknown, audioStream({ index: 2 }))
    expect(E.isRight(beside) && beside.right.audio?.index).to.equal(2)
    expect(select(unknown)._tag).to.equal('Left')
  })

  it('[V47] covers every disposition of FFmpeg', () => {
    const names = Object.keys(constants).filter((name) => name.startsWith(PREFIX))
    expect(names.map((name) => name.slice(PREFIX.length).toLowerCase())).to.have.members([
      ...Object.keys(streamPurposes),
      // These do not affect the selection, or have a separate field.
      ...['default', 'attached_pic', 'timed_thumbnails'],
      ...['forced', 'captions', 'metadata', 'multilayer'],
    ])
  })

  it('[V40] selects the first decoded audio where the default is not decoded', () => {
    const dts = audioStream({ index: 1, codec: 'dts', isDefault: true })
    expect(chosen(videoStream(), dts, audioStream({ index: 2 }))).to.deep.equal([0, 2])
  })

  it('warns of a header that turns the video by less than a quarter', () => {
    const warningsAt = (rotation: number) => {
      const selected = select(videoStream({ rotation }))
      return E.isRight(selected) ? selected.right.warnings : []
    }
    for (const rotation of [0, 90, 180, 270, 359.6]) expect(warningsAt(rotation)).to.deep.equal([])
    expect(warningsAt(45)).to.deep.equal([
      'the header turns the video by 45 degrees: Larder makes only quarter turns, so the video stays as it is',
    ])
  })

  it('says of a file with subtitles alone that it is one, and of a sound its impossible sample rate', () => {
    const reasonOf = (...streams: ReadonlyArray<ProbedStream>) => {
      const facts = select(...streams)
      return E.isLeft(facts) ? facts.left.message : ''
    }
    expect(reasonOf(subtitleStream())).to.equal(
      'the file contains only subtitles (subrip): add the film or the sound that they belong to',
    )
    for (const sampleRate of [1, 999, 768_001, 4_000_000_000]) {
      const message = `the sound has ${sampleRate} samples a second, but Larder can decode only 1,000 to 768,000: save it at 48,000`
      expect(reasonOf(audioStream({ sampleRate }))).to.equal(message)
      const film = select(videoStream(), audioStream({ sampleRate }), audioStream({ index: 2 }))
      expect(E.isRight(film) && [film.right.audio?.index, film.right.warnings]).to.deep.equal([
        2,
        [`left out: sound (aac, 2 channels), which has ${sampleRate} samples a second`],
      ])
    }
    for (const sampleRate of [1000, 768_000])
      expect(chosen(audioStream({ sampleRate }))).to.deep.equal([undefined, 1])
  })

  it('[V44] announces the duration of the selected streams alone', () => {
    const unknown = [videoStream({ endSeconds: null }), audioStream({ index: 1 })]
    const subtitles = subtitleStream()
    const announced = (...streams: ReadonlyArray<ProbedStream>) => {
      const facts = select(...streams)
      return E.isRight(facts) ? facts.right.declaredSeconds : undefined
    }
    expect(announced(...unknown)).to.equal(60)
    expect(announced(...unknown, subtitles)).to.equal(null)
    expect(announced(videoStream(), audioStream({ endSeconds: 12 }), subtitles)).to.equal(12)
  })

  it('returns the other decoded audio streams, in their order', () => {
    const dts = audioStream({ index: 1, codec: 'dts' })
    const facts = select(
      ...[videoStream(), dts, audioStream({ index: 2, language: 'fra', channels: 1 })],
      ...[audioStream({ index: 3, isDefault: true }), audioStream({ index: 4 })],
    )
    if (E.isLeft(facts)) throw new Error(facts.left.message)
    const { audio, fallbackAudio, warnings } = facts.right
    expect(audio?.index).to.equal(3)
    expect(fallbackAudio.map(({ source, description }) => [source.index, description])).to.deep.equal([
      [2, 'sound in fra (aac, 1 channel)'],
      [4, 'sound (aac, 2 channels)'],
    ])
    for (const { description } of fallbackAudio) expect(warnings).to.include(`left out: ${description}`)
    const many = select(
      videoStream(),
      ...Array.from({ length: 999 }, (_, i) => audioStream({ index: 1 + i })),
    )
    expect(E.isRight(many) && many.right.fallbackAudio.map(({ source }) => source.index)).to.deep.equal([
      ...[2, 3, 4, 5, 6, 7, 8, 9],
    ])
  })

  it('[V40] selects only decoded streams, and warns about all others', () => {
    fc.assert(
      fc.property(someStreams(), (streams) => {
        const facts = select(...streams)
        if (E.isLeft(facts)) {
          expect(facts.left.message).to.match(/^the (file|pictures|sound) [^/\n]+$/)
          return
        }
        const { video, audio, warnings } = facts.right
        for (const stream of [video, audio])
          if (stream !== null) expect(isSupportedCodec(stream.codec)).to.equal(true)
        const others = streams.filter(({ index }) => index !== video?.index && index !== audio?.index)
        expect(warnings.filter((warning) => warning.startsWith('left out: '))).to.have.length(others.length)
      }),
    )
  })
})
