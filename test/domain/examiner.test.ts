import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { createRandomUid } from '../../src/adapters/crypto/random-uid.ts'
import { rules, type Violation } from '../../src/domain/examiner/violation.ts'
import { examineMade, examineStored } from '../../src/domain/ingest/examine-made.ts'
import { createExportStore } from '../../src/domain/ingest/export-store.ts'
import type { NewContentExport } from '../../src/domain/media/content-export.ts'
import { TE } from '../../src/fp.ts'
import type { Transcoded } from '../../src/ports/transcoder.ts'
import * as edits from '../support/broken-film.ts'
import { aStoredFile } from '../support/builders.ts'
import { enginesHere, transcoderOn } from '../support/engines.ts'
import { right } from '../support/expect-right.ts'

const rulesOf = (violations: ReadonlyArray<Violation>) => [...new Set(violations.map(({ rule }) => rule))]

describe('the examiner of exports', () => {
  let folder: string
  let film: edits.GoodFilm
  let exports: ReadonlyArray<NewContentExport>

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'larder-examiner-'))
    const [engine] = enginesHere()
    if (engine === undefined) return expect.fail('there is no engine')
    film = await edits.makeGoodFilm(transcoderOn(engine[1]), folder)
    const store = createExportStore(createRandomUid(null))
    const stored = store(
      ({ start, end }, contentType) => TE.right(aStoredFile({ contentType, size: end - start })),
      film.made,
      film.plan,
    )
    exports = await right(stored)
  })
  after(() => rm(folder, { recursive: true }))

  const examine = (made: Transcoded) => examineMade(made, film.plan)

  it('finds nothing in a good film', () => {
    expect(examine(film.made)).to.deep.equal([])
    expect(examineStored(film.made, exports)).to.deep.equal([])
  })

  it('says what is wrong, and where', async () => {
    const [violation] = examine(await film.broken('a128', edits.dropLastFragment))
    expect(violation?.message).to.match(
      /^the sound a128: it ends [01]\.\d{3} s before the pictures v(?:360|240)$/,
    )
  })

  const covered = new Set<string>()
  const breaks = (
    what: string,
    expected: ReadonlyArray<(typeof rules)[number]>,
    spoil: () => Promise<ReadonlyArray<Violation>> | ReadonlyArray<Violation>,
  ) => {
    covered.add(expected[0] ?? '')
    it(`refuses ${what}`, async () => {
      const violations = await spoil()
      expect(rulesOf(violations), violations.map(({ message }) => message).join('; ')).to.have.members([
        ...expected,
      ])
    })
  }
  const ofBytes =
    (name: string, edit: (bytes: Buffer) => Buffer) => async (): Promise<ReadonlyArray<Violation>> =>
      examine(await film.broken(name, edit))
  const ofMp4 =
    (name: string, edit: (bytes: Buffer) => Buffer) => async (): Promise<ReadonlyArray<Violation>> =>
      examine(await film.brokenMp4(name, edit))

  breaks(
    'video that starts late',
    ['starts-at-zero', 'aligned'],
    ofBytes('v240', edits.moveFragments(0, 512)),
  )
  breaks('audio that starts late', ['starts-at-zero'], ofBytes('a128', edits.moveFragments(0, 1024)))
  breaks('[V42] audio with a gap', ['no-gaps'], ofBytes('a128', edits.moveFragments(2, 1024)))
  breaks('audio that overlaps', ['no-gaps'], ofBytes('a128', edits.moveFragments(2, -1024)))
  breaks('frames that are shown late', ['shown-in-time'], ofBytes('v360', edits.showLater(1024)))
  breaks('an edit list', ['shown-in-time'], ofBytes('v360', edits.addEditList))
  breaks('a part that is not marked as a keyframe', ['keyframes'], ofBytes('v360', edits.unmarkKeyframe(1)))
  breaks('a part that does not begin with a keyframe', ['keyframes'], ofBytes('v360', edits.spoilIdr(1)))
  breaks('parts that do not start together', ['aligned'], () =>
    examine(
      withFirst((one) => {
        const [first] = one.parts
        if (first === undefined) return expect.fail('it has no parts')
        const slice = { ...first.slice, end: one.parts.at(-1)?.slice.end ?? 0 }
        const fragments = one.parts.flatMap((part) => part.fragments)
        return { ...one, parts: [{ ...first, slice, fragments }] }
      }),
    ),
  )
  breaks(
    '[V41] audio that ends early',
    ['equal-length', 'source-length'],
    ofBytes('a128', edits.dropLastFragment),
  )
  breaks(
    '[V41] video that ends early',
    ['equal-length', 'source-length', 'aligned'],
    ofBytes('v240', edits.dropLastFragment),
  )
  breaks('a film that is longer than its source', ['source-length'], () =>
    examine({ ...film.made, sourceSeconds: 3 }),
  )
  breaks('a film that is shorter than its source', ['source-length'], () =>
    examine({ ...film.made, sourceSeconds: 4.1 }),
  )
  breaks(
    '[V42] an audio sample that is too long',
    ['aac-samples', 'no-gaps'],
    ofBytes('a128', edits.lengthenSamples(1, 1025)),
  )
  breaks(
    'audio of another sample rate than its timescale',
    ['sound-form', 'equal-length', 'source-length'],
    ofBytes(
      'a128',
      edits.changeTimescale(() => 44_100),
    ),
  )
  breaks(
    'audio of other channels than playlists state',
    ['sound-form'],
    ofBytes('a128', edits.changeChannels(1)),
  )
  breaks('video of another size than playlists state', ['picture-size'], () =>
    examine(withFirst(({ video, ...rest }) => ({ ...rest, video: video && { ...video, width: 642 } }))),
  )
  breaks(
    'video of another size than its sample entry states',
    ['picture-size'],
    ofBytes('v360', edits.changeEntryWidth(642)),
  )
  breaks('another frame rate than playlists state', ['picture-rate'], () =>
    examine(
      withFirst(({ video, ...rest }) => ({
        ...rest,
        video: video && { ...video, frameRate: { num: 25, den: 1 } },
      })),
    ),
  )
  breaks('[V43] colours with other tags', ['colours'], ofBytes('v360', edits.changeColours(5, 6, 6)))
  breaks('[V43] colours without tags', ['colours'], ofBytes('v360', edits.changeColours(2, 2, 2)))
  breaks(
    '[V48] a level that the video exceeds',
    ['level'],
    ofBytes('v360', edits.changeLevel(10, 'everywhere')),
  )
  breaks('a bit rate that the level does not permit', ['level'], async () => {
    // The size and the frames of v240 need level 2.1, which permits 5000 kbit/s and a buffer of 5000 kbit.
    const violations = examine(await film.broken('v240', edits.fillFirstFrame(1, 700_000)))
    expect(violations[0]?.message).to.match(
      /^the pictures v240: at 2\.000 s it needs a buffer of 5\d{3} kbit at 5000 kbit\/s, and level 2\.1, which it says it has, permits 5000$/,
    )
    return violations
  })
  breaks('a wrong codec string', ['codec-string'], ofBytes('v360', edits.changeLevel(31, 'entry')))
  breaks('a rendition that is missing', ['complete'], () =>
    examine({ ...film.made, renditions: film.made.renditions.slice(1) }),
  )
  breaks('an empty rendition', ['complete'], () => examine(withFirst((one) => ({ ...one, parts: [] }))))

  const withFirst = (
    change: (rendition: Transcoded['renditions'][number]) => Transcoded['renditions'][number],
  ): Transcoded => ({
    ...film.made,
    renditions: film.made.renditions.map((rendition, i) => (i === 0 ? change(rendition) : rendition)),
  })

  const ofStored = (change: (stored: NewContentExport) => NewContentExport) => (): ReadonlyArray<Violation> =>
    examineStored(
      film.made,
      exports.map((stored, i) => (i === 0 ? change(stored) : stored)),
    )

  const changePart =
    (index: number, change: Partial<NewContentExport['parts'][number]>) => (made: NewContentExport) => ({
      ...made,
      parts: made.parts.map((part, i) => (i === index ? { ...part, ...change } : part)),
    })

  breaks(
    'a peak rate that differs from that of the parts',
    ['rates'],
    ofStored((made) => ({ ...made, bandwidth: made.bandwidth - 2 })),
  )
  breaks(
    'an average rate that differs from that of the parts',
    ['rates'],
    ofStored((made) => ({ ...made, averageBandwidth: made.averageBandwidth + 2 })),
  )
  breaks(
    'missing rates of keyframes',
    ['rates'],
    ofStored((made) => ({ ...made, iFrames: null })),
  )
  breaks(
    'a codec that differs from the bytes',
    ['codec-string'],
    ofStored((made) => ({ ...made, codecs: ['avc1.640028'] })),
  )
  breaks('a part with a wrong duration', ['durations'], ofStored(changePart(1, { durationTicks: 1 })))
  breaks(
    'a part that is longer than its target',
    ['durations'],
    ofStored((made) => ({ ...made, targetDuration: 1 })),
  )
  breaks(
    'a film with a wrong duration',
    ['durations'],
    ofStored((made) => ({ ...made, durationSeconds: 4.5 })),
  )
  breaks(
    'a part that was not stored completely',
    ['bytes'],
    ofStored(changePart(2, { file: aStoredFile({ size: 1 }) })),
  )
  breaks(
    'a size that is not the sum of the parts',
    ['bytes'],
    ofStored((made) => ({ ...made, fileSize: 1 })),
  )
  breaks(
    'a part with the content type of a picture',
    ['content-type'],
    ofStored(changePart(1, { contentType: 'image/png' })),
  )
  breaks(
    'a part that was not stored',
    ['complete'],
    ofStored((made) => ({ ...made, parts: made.parts.slice(0, -1) })),
  )

  breaks(
    'an mp4 that must be loaded completely before it plays',
    ['fast-start'],
    ofMp4('v360', edits.describeLast),
  )
  breaks('an mp4 whose edit list skips', ['shown-in-time'], ofMp4('v360', edits.skipByEditList(20_000)))
  breaks('an mp4 that lacks a sample', ['complete'], ofMp4('v360', edits.dropSample))
  breaks('an mp4 with a track that ends early', ['equal-length'], ofMp4('v240', edits.shorten(2000)))
  breaks('an mp4 with a wrong rate', ['rates'], () =>
    examineStored(
      film.made,
      exports.map((made) => (made.format === 'mp4' ? { ...made, bandwidth: made.bandwidth - 10 } : made)),
    ),
  )
  breaks('an mp4 that was not stored', ['complete'], () => examineStored(film.made, exports.slice(0, -1)))

  it('has a film that breaks each of its rules', () => {
    expect([...covered]).to.have.members([...rules])
  })
})
