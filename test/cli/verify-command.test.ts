import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { createCommandPrinter } from '../../src/cli/command.ts'
import { verifyCommand } from '../../src/cli/verify-command.ts'
import type { Larder } from '../../src/composition/larder.ts'
import { loadSettings } from '../../src/composition/load-settings.ts'
import { withNewLibrary, withServices } from '../../src/composition/with-services.ts'
import type { Config } from '../../src/config/settings.ts'
import { addFile } from '../../src/domain/ingest/add-file.ts'
import type { ImageFileUid } from '../../src/domain/media/ids.ts'
import { E } from '../../src/fp.ts'
import { right } from '../support/expect-right.ts'
import { poster } from '../support/pictures.ts'
import { connectionUrl, withDatabase } from '../support/postgres.ts'
import { keysIn } from '../support/sweep-scene.ts'

describe('the command verify', () => {
  const database = withDatabase()
  let folder: string
  let config: Config
  let uid: ImageFileUid

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'larder-verify-'))
    const picture = path.join(folder, 'poster.jpg')
    await poster(33).jpeg().toFile(picture)
    const loaded = loadSettings({
      DATA_DIR: path.join(folder, 'data'),
      DATABASE_URL: connectionUrl(database.connection()),
    })
    if (E.isLeft(loaded)) throw new Error(loaded.left.join())
    config = loaded.right
    const options = { isPublic: false, onRegistered: () => {}, onProgress: () => {} }
    await withNewLibrary(config, async (larder) => {
      const added = await right(addFile(larder, picture, options))
      uid = added.uid as ImageFileUid
    })
  })
  after(() => rm(folder, { recursive: true }))

  const inLibrary = <A>(use: (larder: Larder) => Promise<A>): Promise<A> => withServices(config, use)

  const verify = async (...args: ReadonlyArray<string>) => {
    const lines: string[] = []
    const out = createCommandPrinter((line) => lines.push(line), true)
    const code = await verifyCommand.run({ config, args, ...out })
    return { code, report: JSON.parse(lines[0] ?? '') as Record<string, unknown> }
  }

  it('finds the object of an export that is lost, and has it made again from the original', async () => {
    expect(await verify()).to.deep.include({ code: 0 })
    const lost = await inLibrary(async ({ imageFiles, store }) => {
      const [made] = await right(imageFiles.listExports(uid))
      if (made === undefined) expect.fail('no export')
      const found = await right(imageFiles.findExport(made.uid))
      const key = found._tag === 'Some' ? found.value.s3FileKey : expect.fail('no object')
      await right(store.delete(key))
      return { key, made: made.uid }
    })
    const seen = await verify()
    expect(seen.code).to.equal(1)
    expect(seen.report).to.include({ result: 'looked', complete: true, remade: 0 })
    const [missing, ...others] = seen.report.missing as ReadonlyArray<Record<string, unknown>>
    expect(others).to.deep.equal([])
    expect(missing).to.include({
      key: lost.key,
      media: uid,
      kind: 'image',
      original: false,
      found_bytes: null,
    })

    const mended = await verify('--repair')
    expect(mended).to.deep.include({ code: 0 })
    expect(mended.report).to.include({ result: 'swept', remade: 1 })
    await inLibrary(async ({ jobService, jobWork, imageFiles }) => {
      const { items } = await right(
        jobService.list({ state: 'waiting', kind: 'remake', media: uid }, 5, null),
      )
      const [job] = items
      if (job === undefined) expect.fail('no job')
      const signal = new AbortController().signal
      await right(() => jobWork.finish(job.uid, { source: null, onProgress: () => {}, signal }))
      const now = await right(imageFiles.listExports(uid))
      expect(now.map((made) => made.uid)).not.to.include(lost.made)
    })
    expect(await verify()).to.deep.include({ code: 0 })
  })

  it('tells that another copy of the database has swept the store, and takes it over only if asked', async () => {
    await verify('--repair')
    await database.knex().raw(`update library set store_marks = '{}'`)
    for (const args of [[], ['--repair']])
      expect(await verify(...args))
        .to.deep.include({ code: 1 })
        .and.nested.include({ 'report.result': 'displaced' })
    expect(() =>
      verifyCommand.run({ config, args: ['--adopt', '--repair'], ...createCommandPrinter(() => {}, true) }),
    ).to.throw()
    expect(await verify('--adopt'))
      .to.deep.include({ code: 0 })
      .and.nested.include({ 'report.result': 'adopted' })
    expect(await verify()).to.deep.include({ code: 0 })
  })

  it('tells of an original that is lost, which nothing can make again', async () => {
    await inLibrary(async ({ imageFiles, store }) => {
      const file = await right(imageFiles.findIngested(uid))
      await right(store.delete(file._tag === 'Some' ? file.value.original.key : expect.fail('no file')))
    })
    for (const args of [[], ['--repair']]) {
      const { code, report } = await verify(...args)
      expect(code).to.equal(1)
      expect(report).to.include({ remade: 0 })
      expect(report.missing).to.have.length(1)
    }
    expect(await inLibrary(({ store }) => keysIn(store, 's3_files/'))).not.to.deep.equal([])
  })
})
