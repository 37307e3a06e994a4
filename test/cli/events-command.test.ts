import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { createKnexImageFileRepository } from '../../src/adapters/knex/knex-image-file-repository.ts'
import { createKnexMediaRepository } from '../../src/adapters/knex/knex-media-repository.ts'
import { loadSettings } from '../../src/composition/load-settings.ts'
import { withNewLibrary } from '../../src/composition/with-services.ts'
import { E } from '../../src/fp.ts'
import { aNewFileJob, aNewImageFile } from '../support/builders.ts'
import { right } from '../support/expect-right.ts'
import { connectionUrl, withDatabase } from '../support/postgres.ts'
import { runLarder, startPrinting } from '../support/run-larder.ts'

describe('larder events', () => {
  const database = withDatabase()
  let env: { readonly DATA_DIR: string; readonly DATABASE_URL: string }

  before(async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'larder-events-'))
    env = { DATA_DIR: folder, DATABASE_URL: connectionUrl(database.connection()) }
    const loaded = loadSettings(env)
    if (E.isLeft(loaded)) throw new Error(loaded.left.join())
    await withNewLibrary(loaded.right, async () => undefined)
  })
  after(() => rm(env.DATA_DIR, { recursive: true }))

  it('prints the events after an id, and those that follow, until it is stopped', async () => {
    const db = database.knex()
    const file = aNewImageFile()
    const job = aNewFileJob()
    await right(createKnexImageFileRepository(db).add(file, job))
    const before = await runFrom('1-10000')
    const { id } = JSON.parse(await before.until(/"reset"/))
    await before.end('SIGTERM')
    await right(createKnexMediaRepository(db).change(file.uid, { title: 'a\u001b[31m' }, null))
    const events = await runFrom(id)
    const changed = JSON.parse(await events.until(/media\.changed/))
    expect(changed).to.deep.include({ type: 'media.changed' })
    expect(changed.data).to.deep.include({ uid: file.uid, title: 'a\u001b[31m', state: 'waiting' })
    await right(createKnexMediaRepository(db).change(file.uid, { isPublic: true }, null))
    await events.until(/media\.public/)
    expect(await events.end('SIGTERM')).to.deep.include({ code: 0, err: [] })
    const lines = startPrinting(['events', '--media', file.uid, '--after', id], env)
    const line = await lines.until(/media\.changed/)
    expect(line).to.include(`media.changed   ${file.uid}  waiting  a`)
    expect(line).to.match(/ {2}\d+-\d+$/)
    expect(line).to.not.include('\u001b')
    await lines.end('SIGTERM')
    const ofJob = startPrinting(['events', '--job', job.uid, '--json'], env)
    expect(JSON.parse(await ofJob.until(/job\.progress/)).data).to.include({ job: job.uid, state: 'waiting' })
    await ofJob.end('SIGTERM')
  })

  const runFrom = async (id: string) => startPrinting(['events', '--after', id, '--json'], env)

  it('refuses what is no uid, and a job that does not exist', async () => {
    expect((await runLarder(['events', '--media', '.'], env)).code).to.equal(2)
    const missing = await runLarder(['events', '--job', 'job_x'], env)
    expect([missing.code, missing.out]).to.deep.equal([1, []])
  })
})
