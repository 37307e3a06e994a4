import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { expect } from 'chai'
import { compiledLarder } from '../support/compiled-larder.ts'
import { openLibraryDatabase } from '../support/library-database.ts'
import { poster } from '../support/pictures.ts'
import { pollUntilDefined } from '../support/processes.ts'
import { runLarder, serveLarder, startWorker } from '../support/run-larder.ts'
import { removeScratch, scratchFolder } from '../support/scratch.ts'

describe('[V24] exports after their process was killed', () => {
  let folder: string
  before(async () => {
    folder = await scratchFolder()
  })
  after(removeScratch)

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

    // Four more files wait, so that the two workers share a backlog.
    const queued = await runLarder(['add', '--json', '--no-wait', ...(await pictures(folder))], env)
    expect(queued.out.map((line) => JSON.parse(line).state)).to.deep.equal(Array(4).fill('queued'))
    const { db, close } = await openLibraryDatabase(data)
    await db.raw("update jobs set lease_until = now() - interval '1 second' where state = 'running'")

    const worker = await startWorker({ ...env, WORKER_PORT: '0' })
    const [, port] = /health checks on port (\d+)/.exec(worker.out[0] ?? '') ?? []
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).to.equal(200)
    const servers = [await serveLarder(env), worker]
    // The command waits for the process that is making the exports, and makes none twice.
    const added = await runLarder(['add', '--json', film], env)
    expect(added.code).to.equal(0)
    expect(JSON.parse(added.out[0] ?? '')).to.include({ kind: 'content', state: 'ready' })
    const waiting = async () => {
      const { rows } = await db.raw("select 1 from jobs where state in ('waiting', 'running')")
      return rows.length === 0 ? true : undefined
    }
    await pollUntilDefined(waiting)

    const { rows } = await db.raw(`
      select (select count(*) from s3_files) as stored, (select count(*) from content_files) as files,
             (select count(*) from content_file_exports) as exports,
             (select count(*) from image_files where finished_at is not null) as pictures`)
    expect(rows[0]).to.include({ files: 1, pictures: 4 })
    expect(rows[0].exports).to.be.above(2)
    const jobs = await db.raw(
      'select state, attempt, sum(lost) as lost, count(*) as count from jobs group by 1, 2',
    )
    expect(jobs.rows).to.deep.equal([{ state: 'done', attempt: 0, lost: 1, count: 5 }])
    const listed = await runLarder(['jobs', '--state', 'done', '--json'], env)
    expect(listed.out.map((line) => JSON.parse(line).kind)).to.deep.equal(Array(5).fill('exports'))
    const objects = await readdir(join(data, 'objects/s3_files'))
    // A second process that made the same exports would have left its objects, at least for a while.
    expect(objects).to.have.length(rows[0].stored)
    await close()

    for (const { end } of servers) expect(await end('SIGTERM')).to.equal(0)
    expect(await readdir(join(data, 'scratch'))).to.deep.equal([])
  }).timeout(300_000)
})

/** Writes four pictures that differ. */
const pictures = (folder: string): Promise<ReadonlyArray<string>> =>
  Promise.all(
    [40, 41, 42, 43].map(async (width) => {
      const file = join(folder, `${width}.png`)
      await poster(width).png().toFile(file)
      return file
    }),
  )
