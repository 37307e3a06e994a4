import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { createKnexImageFileRepository } from '../../src/adapters/knex/knex-image-file-repository.ts'
import { createKnexMediaRepository } from '../../src/adapters/knex/knex-media-repository.ts'
import { CommandError, createCommandPrinter } from '../../src/cli/command.ts'
import { eventsCommand } from '../../src/cli/events-command.ts'
import { loadSettings } from '../../src/composition/load-settings.ts'
import { withNewLibrary } from '../../src/composition/with-services.ts'
import { E } from '../../src/fp.ts'
import { aNewFileJob, aNewImageFile } from '../support/builders.ts'
import { right } from '../support/expect-right.ts'
import { connectionUrl, withDatabase } from '../support/postgres.ts'
import { runLarder, serveLarder, startPrinting } from '../support/run-larder.ts'

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

  it('prints the same of a server, also over its restart', async () => {
    const db = database.knex()
    const file = aNewImageFile()
    await right(createKnexImageFileRepository(db).add(file, aNewFileJob()))
    const setTitle = (title: string) => right(createKnexMediaRepository(db).change(file.uid, { title }, null))
    await runLarder(['admin', 'grant', 'ann'], env)
    const [LARDER_TOKEN = ''] = (await runLarder(['admin', 'token', 'ann'], env)).out
    const elsewhere = { DATA_DIR: path.join(env.DATA_DIR, 'none'), LARDER_TOKEN }
    const first = await serveLarder({ ...env, JOBS: '0' })
    const args = ['events', '--media', file.uid, '--after', '1-10000', '--json']
    const remote = startPrinting([...args, '--server', first.base], elsewhere)
    const { id } = JSON.parse(await remote.until(/"reset"/))
    await setTitle('one')
    await remote.until(/"one"/)
    await first.end('SIGTERM')
    await setTitle('two')
    const second = await serveLarder({ ...env, JOBS: '0', PORT: new URL(first.base).port })
    await setTitle('three')
    await remote.until(/"three"/)
    const local = startPrinting(['events', '--media', file.uid, '--after', id, '--json'], env)
    await local.until(/"three"/)
    const [here, there] = [await local.end('SIGTERM'), await remote.end('SIGTERM')]
    await second.end('SIGTERM')
    expect(there.out.slice(1)).to.deep.equal(here.out)
    expect(here.out.map((line) => JSON.parse(line).data.title)).to.deep.equal(['one', 'two', 'three'])
    expect(there.code).to.equal(0)
    expect(there.err.join()).to.match(/^(?:|larder: the stream of events broke, and is opened again: [^,]*)$/)
  })

  it('refuses what is no uid, and a job that does not exist', async () => {
    const loaded = loadSettings(env)
    if (E.isLeft(loaded)) throw new Error(loaded.left.join())
    const context = { config: loaded.right, ...createCommandPrinter(() => undefined, false) }
    for (const args of [
      ['--media', '.'],
      ['--job', 'a b'],
      ['--after', 'x'],
      ['--after', ''],
    ]) {
      const failure = await eventsCommand.run({ ...context, args }).catch((error: unknown) => error)
      expect(failure, args.join(' ')).to.be.instanceOf(CommandError).and.include({ exitCode: 2 })
    }
    const missing = await runLarder(['events', '--job', 'job_x'], env)
    expect(missing).to.deep.include({ code: 1, out: [] })
    expect(missing.err).to.deep.equal(['larder: there is no job with the uid job_x'])
  })
})
