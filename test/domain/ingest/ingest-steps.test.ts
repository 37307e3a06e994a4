import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import type { Larder } from '../../../src/composition/larder.ts'
import type { RegisterOptions } from '../../../src/domain/ingest/ingest-service.ts'
import type { ImageFileUid } from '../../../src/domain/media/ids.ts'
import { unavailable } from '../../../src/domain/shared/errors.ts'
import { O, TE } from '../../../src/fp.ts'
import { anImageFileUid } from '../../support/builders.ts'
import { left, right } from '../../support/expect-right.ts'
import { makeExportsOf } from '../../support/make-exports-of.ts'
import { createMemoryLarder } from '../../support/memory-larder.ts'
import { poster } from '../../support/pictures.ts'

const never = new AbortController().signal
const usual: RegisterOptions = { isPublic: false, onWaiting: () => {}, signal: never }

describe('ingestion in two steps', () => {
  let folder: string
  let picture: string
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'larder-steps-'))
    picture = path.join(folder, 'poster.jpg')
    await poster(400).jpeg().toFile(picture)
  })
  after(() => rm(folder, { recursive: true }))

  /** Creates another process on the same library. */
  const another = ({ store, imageFiles, contentFiles, jobs }: Larder) =>
    createMemoryLarder({ store, imageFiles, contentFiles, jobs })

  it('registers a file without exports; any process then makes them, by its uid and without a copy', async () => {
    const first = await createMemoryLarder()
    const { kind, uid, state, job } = await right(first.ingest.register(picture, usual))
    expect({ kind, state }).to.deep.equal({ kind: 'image', state: 'unfinished' })
    expect(await right(first.imageFiles.listExports(uid as ImageFileUid))).to.deep.equal([])
    expect(await right(first.ingest.listUnfinished)).to.deep.equal([{ kind, uid }])
    const found = job === null ? O.none : await right(first.jobs.find(job))
    expect(O.isSome(found) && found.value).to.include({ kind: 'exports', state: 'waiting' })

    const second = await another(first)
    const fractions: number[] = []
    const options = { onProgress: (fraction: number) => fractions.push(fraction) }
    expect(await right(makeExportsOf(second, { kind, uid }, options))).to.include({ state: 'made' })
    expect(fractions.at(-1)).to.equal(1)
    expect(await right(first.imageFiles.listExports(uid as ImageFileUid))).not.to.have.length(0)
    expect(await right(makeExportsOf(first, { kind, uid }))).to.deep.equal({
      state: 'made elsewhere',
    })
    expect(await right(first.ingest.register(picture, usual))).to.deep.equal({
      kind,
      uid,
      state: 'finished',
      job: null,
      isRestored: false,
      isNew: false,
    })
  })

  it('registers the same bytes once', async () => {
    const larder = await createMemoryLarder()
    const first = await right(larder.ingest.register(picture, usual))
    expect(first.isNew).to.equal(true)
    expect(await right(larder.ingest.register(picture, usual))).to.deep.equal({ ...first, isNew: false })
    expect(await right(larder.ingest.listUnfinished)).to.have.length(1)
  })

  it('registers together with the file that it is public, so that this survives a crash of the process, too', async () => {
    const { imageFiles } = await createMemoryLarder()
    const crashing = { ...imageFiles, setPublic: () => TE.left(unavailable('database')('killed')) }
    const larder = await createMemoryLarder({ imageFiles: crashing })
    await left(larder.ingest.register(picture, { ...usual, isPublic: true }))
    const [file] = await right(larder.ingest.listUnfinished)
    expect(await right(imageFiles.isPublic(file?.uid as ImageFileUid))).to.equal(true)
  })

  it('registers a new file with its title, and leaves that of a file in the library', async () => {
    const larder = await createMemoryLarder()
    for (const title of ['one', 'two']) {
      const { uid } = await right(larder.ingest.register(picture, { ...usual, title }))
      const shown = await right(larder.library.find(uid))
      expect(shown).to.include({ title: 'one' })
    }
  })

  it('refuses to make exports of a file that is not in the library', async () => {
    const larder = await createMemoryLarder()
    const error = await left(makeExportsOf(larder, { kind: 'image', uid: anImageFileUid() }))
    expect(error._tag === 'Refused' && error.message).to.match(/^it is no longer in the library/)
  })

  it('stops making exports at an abort signal; the file stays registered, and the next attempt makes them', async () => {
    const larder = await createMemoryLarder()
    const { kind, uid } = await right(larder.ingest.register(picture, usual))
    const stopping = new AbortController()
    const options = { source: picture, onProgress: () => stopping.abort(), signal: stopping.signal }
    const error = await left(makeExportsOf(larder, { kind, uid }, options))
    expect(error, 'the file is not to blame').to.include({ _tag: 'Unavailable' })
    expect(await right(makeExportsOf(larder, { kind, uid }))).to.include({ state: 'made' })
  })
})
