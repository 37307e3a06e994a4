import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { createRandomUid } from '../../../src/adapters/crypto/random-uid.ts'
import type { ExaminerRule, Violation } from '../../../src/domain/examiner/violation.ts'
import { examineStored, examineTranscoded } from '../../../src/domain/ingest/examine-transcoded.ts'
import { createExportStore } from '../../../src/domain/ingest/export-store.ts'
import type { NewContentExport } from '../../../src/domain/media/content-export.ts'
import { TE } from '../../../src/fp.ts'
import type { TranscodeResult } from '../../../src/ports/transcoder.ts'
import * as edits from '../../support/broken-film.ts'
import { aStoredFile } from '../../support/builders.ts'
import { availableEngines, createTranscoderOfEngine } from '../../support/engines.ts'
import { right } from '../../support/expect-right.ts'

const rulesOf = (violations: ReadonlyArray<Violation>) => [...new Set(violations.map(({ rule }) => rule))]

/** Tests films with broken bytes. Tests of broken parsed values are in examiner-checks.test.ts. */
describe('the examiner of exports', () => {
  let folder: string
  let film: edits.GoodFilm
  let exports: ReadonlyArray<NewContentExport>

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'larder-examiner-'))
    const [engine] = availableEngines()
    if (engine === undefined) return expect.fail('there is no engine')
    film = await edits.makeGoodFilm(createTranscoderOfEngine(engine[1]), folder)
    const store = createExportStore(createRandomUid(null))
    const stored = store(
      ({ start, end }, contentType) => TE.right(aStoredFile({ contentType, size: end - start })),
      film.made,
      film.plan,
    )
    exports = await right(stored)
  })
  after(() => rm(folder, { recursive: true }))

  const examine = (made: TranscodeResult) => examineTranscoded(made, film.plan)

  it('finds no violation in a good film', () => {
    expect(examine(film.made)).to.deep.equal([])
    expect(examineStored(film.made, exports)).to.deep.equal([])
  })

  it('reports what is wrong, and where', async () => {
    const [violation] = examine(await film.broken('a128', edits.dropLastFragment))
    expect(violation?.message).to.match(
      /^audio rendition a128: it ends [01]\.\d{3} s before video rendition v(?:360|240)$/,
    )
  })

  const breaks = (
    what: string,
    expected: ReadonlyArray<ExaminerRule>,
    spoil: () => Promise<ReadonlyArray<Violation>> | ReadonlyArray<Violation>,
  ) => {
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
  breaks('frames that are shown late', ['shown-in-time'], ofBytes('v360', edits.delayPresentation(1024)))
  breaks('a rendition whose track is turned', ['upright'], ofBytes('v360', edits.turn))
  breaks('two frames with one time', ['shown-in-time'], ofBytes('v360', edits.shareTime(1, 512)))
  breaks('an edit list', ['shown-in-time'], ofBytes('v360', edits.addEditList))
  breaks('a part that is not marked as a keyframe', ['keyframes'], ofBytes('v360', edits.unmarkKeyframe(1)))
  breaks('a part that does not begin with a keyframe', ['keyframes'], ofBytes('v360', edits.replaceIdr(1)))
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
  breaks(
    '[V42] an audio sample that is too long',
    ['aac-samples', 'no-gaps'],
    ofBytes('a128', edits.lengthenSamples(1, 1025)),
  )
  breaks(
    'audio of another sample rate than its timescale',
    ['audio-format', 'equal-length', 'source-length'],
    ofBytes(
      'a128',
      edits.changeTimescale(() => 44_100),
    ),
  )
  breaks(
    'audio of other channels than playlists state',
    ['audio-format'],
    ofBytes('a128', edits.changeChannels(1)),
  )
  breaks(
    'video of another size than its sample entry states',
    ['frame-size'],
    ofBytes('v360', edits.changeEntryWidth(642)),
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
      /^video rendition v240: at 2\.000 s it needs a buffer of 5\d{3} kbit at 5000 kbit\/s, and level 2\.1, which it declares, permits 5000$/,
    )
    return violations
  })
  breaks('a wrong codec string', ['codec-string'], ofBytes('v360', edits.changeLevel(31, 'entry')))
  breaks(
    'an mp4 that must be loaded completely before it plays',
    ['fast-start'],
    ofMp4('v360', edits.moveMoovToEnd),
  )
  breaks('an mp4 whose edit list skips', ['shown-in-time'], ofMp4('v360', edits.startLaterByEditList(20_000)))
  breaks('an mp4 whose track is turned', ['upright'], ofMp4('v360', edits.turn))
  breaks('an mp4 with a keyframe elsewhere', ['keyframes'], ofMp4('v360', edits.moveKeyframe))
  breaks('an mp4 that lacks a sample', ['complete'], ofMp4('v360', edits.dropSampleFromIndex))
  breaks('an mp4 with a track that ends early', ['equal-length'], ofMp4('v240', edits.shortenTrack(2000)))
})
