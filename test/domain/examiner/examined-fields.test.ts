import { expect } from 'chai'
import { createRandomUid } from '../../../src/adapters/crypto/random-uid.ts'
import type { ExaminerRule } from '../../../src/domain/examiner/violation.ts'
import { examineStored, examineTranscoded } from '../../../src/domain/ingest/examine-transcoded.ts'
import { createExportStore } from '../../../src/domain/ingest/export-store.ts'
import type { NewContentExport, NewContentPart } from '../../../src/domain/media/content-export.ts'
import { TE } from '../../../src/fp.ts'
import type { Rendition, TranscodeResult } from '../../../src/ports/transcoder.ts'
import { aStoredFile } from '../../support/builders.ts'
import { right } from '../../support/expect-right.ts'
import { fakeTranscodeResult } from '../../support/fake-transcode-result.ts'

/**
 * A function that makes a field wrong, and the rule that reports it. For a field that players do not use: the
 * name of its user.
 */
type Spoiled<T> = readonly [rule: ExaminerRule, spoil: (value: T, other: T) => Partial<T>] | string

/** The type requires an entry for each field, so that a new field needs a rule. */
const ofExports: { readonly [Field in keyof NewContentExport]: Spoiled<NewContentExport> } = {
  uid: ['complete', (_, { uid }) => ({ uid })],
  format: ['complete', ({ format }) => ({ format: format === 'mp4' ? 'm3u8' : 'mp4' })],
  video: [
    'frame-size',
    ({ video }) => ({ video: video && { width: 100, height: 100, frameRate: video.frameRate } }),
  ],
  audio: ['audio-format', ({ audio }) => ({ audio: audio && { ...audio, channels: 1 } })],
  codecs: ['codec-string', () => ({ codecs: ['avc1.640028'] })],
  bandwidth: ['rates', ({ bandwidth }) => ({ bandwidth: bandwidth + 10 })],
  averageBandwidth: ['rates', ({ averageBandwidth }) => ({ averageBandwidth: averageBandwidth + 10 })],
  iFrames: ['rates', ({ iFrames }) => ({ iFrames: iFrames ? null : { bandwidth: 1, averageBandwidth: 1 } })],
  fileSize: ['bytes', ({ fileSize }) => ({ fileSize: fileSize + 1 })],
  durationSeconds: ['durations', ({ durationSeconds }) => ({ durationSeconds: durationSeconds + 0.1 })],
  targetDuration: [
    'durations',
    ({ targetDuration }) => ({ targetDuration: targetDuration === null ? 6 : null }),
  ],
  parts: ['complete', ({ parts }) => ({ parts: parts.slice(0, -1) })],
  qualityParameters: 'for people',
  recipe: 'for the library',
  language: 'for people',
}

const ofParts: { readonly [Field in keyof NewContentPart]: Spoiled<NewContentPart> } = {
  uid: ['complete', (_, { uid }) => ({ uid })],
  role: ['complete', ({ role }) => ({ role: role === 'init' ? 'media' : 'init' })],
  position: ['complete', ({ position }) => ({ position: position + 1 })],
  contentType: ['content-type', () => ({ contentType: 'image/png' })],
  durationTicks: ['durations', ({ durationTicks }) => ({ durationTicks: durationTicks + 1000 })],
  timescale: ['durations', ({ timescale }) => ({ timescale: timescale + 1000 })],
  keyframes: [
    'keyframes',
    ({ keyframes }) => ({
      keyframes:
        keyframes.length > 0
          ? keyframes.map((one) => ({ ...one, offset: one.offset + 100 }))
          : [{ offset: 0, length: 1, durationTicks: 1 }],
    }),
  ],
  file: ['bytes', ({ file }) => ({ file: { ...file, size: file.size + 1 } })],
}

describe('[V39] the examiner, field by field', () => {
  const { made, plan } = fakeTranscodeResult()
  let exports: ReadonlyArray<NewContentExport>
  before(async () => {
    const store = createExportStore(createRandomUid(null))
    exports = await right(
      store(
        ({ start, end }, contentType) => TE.right(aStoredFile({ contentType, size: end - start })),
        made,
        plan,
      ),
    )
  })

  const examineChanged = (index: number, change: Partial<NewContentExport>) =>
    examineStored(
      made,
      exports.map((one, i) => (i === index ? { ...one, ...change } : one)),
    )
  const rulesOfStored = (index: number, change: Partial<NewContentExport>) =>
    examineChanged(index, change).map(({ rule }) => rule)
  const violationsOf = (index: number, change: Partial<NewContentExport>) =>
    examineChanged(index, change).map(({ message }) => message)
  const rulesOfMade = (change: Partial<TranscodeResult>) =>
    examineTranscoded({ ...made, ...change }, plan).map(({ rule, message }) => `${rule}: ${message}`)

  const kinds = [
    ['pictures', 0],
    ['sound', 2],
    ['an mp4', 3],
  ] as const

  it('accepts the fake film', () => {
    expect(rulesOfMade({})).to.deep.equal([])
    expect(examineStored(made, exports)).to.deep.equal([])
  })

  it('refuses an average rate above the peak rate; a short mp4, whose header weighs the most, has equal rates', () => {
    const [mp4] = exports.filter(({ format }) => format === 'mp4')
    expect(mp4?.bandwidth).to.equal(mp4?.averageBandwidth).and.be.closeTo(40_000, 200)
    for (const [index, { averageBandwidth, bandwidth }] of exports.entries()) {
      expect(averageBandwidth).to.be.at.most(bandwidth)
      const change = { averageBandwidth: bandwidth + 1 }
      expect(violationsOf(index, change).join()).to.contain('above its peak rate')
    }
  })

  for (const [field, spoiled] of Object.entries(ofExports)) {
    if (typeof spoiled === 'string') continue
    it(`has a rule for ${field} of an export`, () => {
      const [rule, spoil] = spoiled
      for (const [kind, index] of kinds) {
        const [spoilt, other] = [exports[index], exports[index - 1] ?? exports[1]]
        if (spoilt === undefined || other === undefined) return expect.fail('there is no such export')
        const change = spoil(spoilt, other)
        // If a field is already null, null does not make it wrong.
        if (Object.values(change).includes(null) && spoilt[field as keyof NewContentExport] === null) continue
        expect(rulesOfStored(index, change), kind).to.include(rule)
      }
    })
  }

  for (const field of ['video', 'audio'] as const)
    it(`has a rule for ${field} that is missing or superfluous`, () => {
      for (const [kind, index] of kinds) {
        const change =
          exports[index]?.[field] === null ? exports.find((one) => one[field] !== null)?.[field] : null
        expect(rulesOfStored(index, { [field]: change }), kind).to.include('complete')
      }
    })

  for (const [field, spoiled] of Object.entries(ofParts)) {
    if (typeof spoiled === 'string') continue
    it(`has a rule for ${field} of a part`, () => {
      const [rule, spoil] = spoiled
      for (const [kind, index] of kinds) {
        const parts = exports[index]?.parts ?? []
        for (const [at, part] of parts.entries()) {
          const other = parts.find((_, i) => i !== at) ?? exports[0]?.parts[0]
          if (other === undefined) return expect.fail('there is no other part')
          const changed = parts.map((one, i) => (i === at ? { ...part, ...spoil(part, other) } : one))
          expect(rulesOfStored(index, { parts: changed }), `${kind}, part ${at}`).to.include(rule)
        }
      }
    })
  }

  it('has a rule for missing keyframes in all parts', () => {
    const parts = exports[0]?.parts.map((part) => ({ ...part, keyframes: [] })) ?? []
    expect(rulesOfStored(0, { parts, iFrames: null })).to.include('keyframes')
  })

  it('has rules for wrong renditions, too: audio in other parts, missing mp4s, missing audio', () => {
    const withAudio = (change: (audio: Rendition) => Partial<Rendition>) =>
      rulesOfMade({
        renditions: made.renditions.map((one) => (one.audio ? { ...one, ...change(one) } : one)),
      })
    const inOnePart = withAudio(({ parts }) => {
      const [first] = parts
      if (first === undefined) return {}
      const end = parts.at(-1)?.slice.end ?? 0
      return {
        parts: [
          {
            ...first,
            slice: { ...first.slice, end },
            fragments: parts.flatMap(({ fragments }) => fragments),
          },
        ],
      }
    })
    expect(inOnePart).to.deep.equal([
      'aligned: audio rendition a128: its parts do not start with those of video rendition v360',
    ])
    expect(rulesOfMade({ progressive: [] })).to.deep.equal([
      'complete: video rendition v360: it has no mp4',
      'complete: video rendition v240: it has no mp4',
    ])
    const films = made.renditions.filter(({ video }) => video !== null)
    expect(rulesOfMade({ renditions: films, progressive: [] })).to.include(
      'complete: the rendition a128 was planned but is missing',
    )
    expect(rulesOfMade({ progressive: made.progressive.slice(0, 1) })).to.have.length(1)
  })

  it('has a rule for the presentation time of an mp4', () => {
    for (const change of [{ shownFromSeconds: -1.5 }, { shownFromSeconds: 0.2 }, { shownSeconds: 8 }]) {
      const progressive = made.progressive.map((one) => ({
        ...one,
        parsed: { ...one.parsed, tracks: one.parsed.tracks.map((track) => ({ ...track, ...change })) },
      }))
      expect(rulesOfMade({ progressive })[0]).to.match(/^shown-in-time: the mp4 of v360 and a128: /)
    }
  })
})
