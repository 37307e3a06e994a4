import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { createMemoryObjectStore } from '../../../src/adapters/memory/memory-object-store.ts'
import { reportedByCommand } from '../../../src/cli/library.ts'
import type { Adapters } from '../../../src/composition/larder.ts'
import { addFile } from '../../../src/domain/ingest/add-file.ts'
import { planMedia } from '../../../src/domain/ingest/plan/media-ladder.ts'
import type { MediaFacts } from '../../../src/domain/ingest/plan/media-plan.ts'
import { recipeVersions } from '../../../src/domain/ingest/recipe-versions.ts'
import type { ContentFileUid } from '../../../src/domain/media/ids.ts'
import { O, TE } from '../../../src/fp.ts'
import { withoutEvents } from '../../../src/ports/log.ts'
import type { TranscodeResult } from '../../../src/ports/transcoder.ts'
import { left, right } from '../../support/expect-right.ts'
import { makeExportsOf } from '../../support/make-exports-of.ts'
import { createMemoryLarder } from '../../support/memory-larder.ts'
import { createRecordingLog } from '../../support/recording-log.ts'
import { keysIn } from '../../support/sweep-scene.ts'

const sound = 'test/media/bunny.mp3'
const options = { isPublic: false, onRegistered: () => {}, onProgress: () => {} }
const reason =
  /^its exports are faulty, so they are not published: audio rendition a64: it has 2 channels, but playlists would say 1; audio rendition a128: .*$/

const withMono = (made: TranscodeResult): TranscodeResult => ({
  ...made,
  renditions: made.renditions.map((rendition) => ({
    ...rendition,
    audio: rendition.audio && { ...rendition.audio, channels: 1 },
  })),
})

describe('exports that the examiner refuses', () => {
  let folder: string
  let facts: MediaFacts
  let made: TranscodeResult
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'larder-unfit-'))
    const { transcoder } = await createMemoryLarder()
    facts = await right(transcoder.probe(sound))
    made = await right(transcoder.transcode(sound, facts, planMedia(facts), folder, () => {}))
  })
  after(() => rm(folder, { recursive: true }))

  /** Creates a transcoder that returns the same exports for each file. */
  const returning = (transcoded: TranscodeResult): Pick<Adapters['transcoder'], 'probe' | 'transcode'> => ({
    probe: () => TE.right(facts),
    transcode: () => TE.right(transcoded),
  })

  const make = async () => {
    const { log, entries } = createRecordingLog()
    const memory = await createMemoryLarder({ store: createMemoryObjectStore(), log })
    const good = await createMemoryLarder({
      ...memory,
      transcoder: { ...memory.transcoder, ...returning(made) },
    })
    const transcoder = { ...memory.transcoder, ...returning(withMono(made)) }
    return { good, broken: await createMemoryLarder({ ...good, transcoder }), entries }
  }

  it('are refused with the reason, and nothing of them is stored', async () => {
    const { broken, entries } = await make()
    const error = await left(addFile(broken, sound, options))
    expect(error._tag === 'Refused' && error.message.replace('bunny.mp3: ', '')).to.match(reason)
    expect(await keysIn(broken.store, 's3_files/')).to.deep.equal([])
    expect(entries.filter(({ event }) => event === 'examiner.refused')).to.have.length(1)
    // The command prints the refusal itself, so its log has no line for it.
    const commandLog = createRecordingLog()
    const log = withoutEvents(commandLog.log, reportedByCommand.reported)
    for (const { level, event, fields } of entries) log[level](event, fields)
    expect(commandLog.entries).to.deep.equal([])
  })

  it('[V39] do not replace existing exports', async () => {
    const { good, broken } = await make()
    const { contentFiles } = good
    const ageing: Adapters['contentFiles'] = {
      ...contentFiles,
      addExports: (uid, exports, completion) =>
        contentFiles.addExports(
          uid,
          exports.map((made) => ({ ...made, recipe: recipeVersions.content - 1 })),
          completion,
        ),
    }
    const before = await createMemoryLarder({ ...good, contentFiles: ageing })
    const { uid } = await right(addFile(before, sound, options))
    const listed = async () => {
      const found = await right(contentFiles.find(uid as ContentFileUid))
      return O.isSome(found) ? found.value.exports.map((made) => made.uid) : []
    }
    const [old, stored] = [await listed(), await keysIn(good.store, 's3_files/')]
    const [file] = await right(broken.ingest.listOutdated('content', null))
    if (file === undefined) return expect.fail('it is not outdated')
    const error = await left(makeExportsOf(broken, file, { kind: 'remake' }))
    expect(error._tag === 'Refused' && error.message).to.match(reason)
    expect(await listed()).to.deep.equal(old)
    expect(await keysIn(good.store, 's3_files/')).to.deep.equal(stored)

    expect(await right(makeExportsOf(good, file, { kind: 'remake' }))).to.include({ state: 'made' })
    expect(await listed())
      .to.have.length(old.length)
      .and.not.include(old[0])
  })
})
