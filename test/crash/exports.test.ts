import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect } from 'chai'
import { createKnex } from '../../src/adapters/knex/create-knex.ts'
import { createEmbeddedConnection } from '../../src/adapters/postgres-embedded/embedded-connection.ts'
import { compiledLarder } from '../support/compiled-larder.ts'
import { runLarder, serveLarder } from '../support/run-larder.ts'
import { waitForServerExit } from '../support/wait-for-server-exit.ts'

describe('[V24] exports after their process was killed', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'larder-killed-'))
  })
  after(() => rm(folder, { recursive: true }))

  it('are made once, however many processes start next', async () => {
    const data = join(folder, 'data')
    const env = { DATA_DIR: data }
    const film = resolve('test/media/bunny.mp4')

    const adding = spawn(process.execPath, [compiledLarder(), 'add', film], {
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
      stdio: 'ignore',
    })
    const ended = once(adding, 'exit')
    const isEncoding = async () => {
      const folders = await readdir(join(data, 'scratch')).catch(() => [])
      return folders.length > 0 ? true : undefined
    }
    while ((await isEncoding()) === undefined && adding.exitCode === null) await new Promise(setImmediate)
    expect(adding.exitCode, 'it is killed before it is done').to.equal(null)
    adding.kill('SIGKILL')
    await ended

    const servers = [await serveLarder(env), await serveLarder(env)]
    // The command waits for the process that is making the exports, and makes none twice.
    const added = await runLarder(['add', '--json', film], env)
    expect(added.code).to.equal(0)
    expect(JSON.parse(added.out[0] ?? '')).to.include({ kind: 'content' })

    const embedded = createEmbeddedConnection(join(data, 'postgres'))
    const db = createKnex(embedded.get, 1)
    const { rows } = await db.raw(`
      select (select count(*) from s3_files) as stored, (select count(*) from content_files) as files,
             (select count(*) from content_file_exports) as exports,
             (select count(*) from pg_locks where locktype = 'advisory') as locks`)
    expect(rows[0]).to.include({ files: 1 })
    expect(rows[0].exports).to.be.above(2)
    const objects = await readdir(join(data, 'objects/s3_files'))
    // A second process that made the same exports would have left its objects, at least for a while.
    expect(objects).to.have.length(rows[0].stored)
    await db.destroy()
    await embedded.stop()

    for (const { end } of servers) expect(await end('SIGTERM')).to.equal(0)
    expect(await readdir(join(data, 'scratch'))).to.deep.equal([])
    await waitForServerExit(join(data, 'postgres'))
  }).timeout(300_000)
})
