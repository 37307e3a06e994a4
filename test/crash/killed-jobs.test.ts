import { readdir, utimes } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { expect } from 'chai'
import { poster } from '../support/pictures.ts'
import { connectionUrl, withDatabase } from '../support/postgres.ts'
import { pollUntilDefined } from '../support/processes.ts'
import { runLarder, type ServingLarder, serveLarder, startWorker } from '../support/run-larder.ts'
import { removeScratch, scratchFolder } from '../support/scratch.ts'

/** Number of kills: a few in CI, and by hand 50 and more. */
const kills = Number(process.env.KILLS ?? 6)
const maxDelayMs = 1500

describe('jobs whose worker, server or database is killed again and again (R3; KILLS=50)', () => {
  const database = withDatabase()
  let folder: string
  let env: Record<string, string>

  before(async () => {
    folder = await scratchFolder()
    env = {
      DATA_DIR: join(folder, 'data'),
      DATABASE_URL: connectionUrl(database.connection()),
      SAMPLE_MEDIA: '0',
      JOBS: '1',
    }
  })
  after(removeScratch)

  /** Repeats a query while the database recovers. */
  const select = (sql: string): Promise<ReadonlyArray<Record<string, unknown>>> =>
    pollUntilDefined(() =>
      database
        .knex()
        .raw(sql)
        .then(
          ({ rows }) => rows as ReadonlyArray<Record<string, unknown>>,
          () => undefined,
        ),
    )
  const active = async () =>
    Number((await select(`select count(*) as n from jobs where state in ('waiting', 'running')`))[0]?.n)

  it('all end, make no file twice, and leave no object behind after one sweep', async () => {
    const film = (name: string) => resolve(`test/media/${name}`)
    const films = ['bunny.mp4', 'bunny-turned.mp4', 'beat.mkv', 'bunny.mp3', 'edit-list.mp4'].map(film)
    const processes: Pick<ServingLarder, 'end'>[] = [await serveLarder(env), await startWorker(env)]
    let added = 0
    const add = async (count: number) => {
      const files = films.splice(0, 1)
      for (let n = 0; n < count; n += 1) {
        added += 1
        const file = join(folder, `${added}.png`)
        await poster(40 + added)
          .png()
          .toFile(file)
        files.push(file)
      }
      expect((await runLarder(['add', '--no-wait', ...files], env)).code).to.equal(0)
    }

    for (let kill = 0; kill < kills; kill += 1) {
      if ((await active()) < 3) await add(3)
      await pollUntilDefined(async () => {
        const [row] = await select(`select count(*) as n from jobs where state = 'running'`)
        return Number(row?.n) > 0 ? true : undefined
      })
      await new Promise((done) => setTimeout(done, Math.random() * maxDelayMs))
      const victim = kill % 3
      if (victim === 2) {
        const [backend] = await select(`
          select pid from pg_stat_activity
          where datname = current_database() and application_name like 'larder worker %' order by random() limit 1`)
        // PostgreSQL ends all of its connections, and recovers from its log.
        if (backend !== undefined) process.kill(Number(backend.pid), 'SIGKILL')
      } else {
        await processes[victim]?.end('SIGKILL')
        processes[victim] = victim === 0 ? await serveLarder(env) : await startWorker(env)
      }
      // What waits for the time of a retry need not wait here.
      await select(`update jobs set run_at = now() where state = 'waiting'`)
    }
    await pollUntilDefined(async () => {
      await select(`update jobs set run_at = now() where state = 'waiting'`)
      return (await active()) === 0 ? true : undefined
    })
    for (const { end } of processes) expect(await end('SIGTERM')).to.equal(0)

    expect(await select('select distinct state, attempt from jobs')).to.deep.equal([
      { state: 'done', attempt: 0 },
    ])
    expect(
      await select(`
        select uid from image_files where finished_at is null
        union all select uid from content_files where finished_at is null`),
    ).to.deep.equal([])
    expect(
      await select(`
        select image_file_id, count(*) from image_file_exports group by image_file_id, format, width having count(*) > 1
        union all
        select content_file_id, count(*) from content_file_exports
        group by content_file_id, format, height, codecs, bandwidth having count(*) > 1`),
    ).to.deep.equal([])

    const objects = join(env.DATA_DIR ?? '', 'objects/s3_files')
    const longAgo = new Date(Date.now() - 72 * 3_600_000)
    for (const name of await readdir(objects)) await utimes(join(objects, name), longAgo, longAgo)
    const swept = await runLarder(['verify', '--repair', '--json'], env)
    const report = JSON.parse(swept.out[0] ?? '') as { readonly missing: unknown; readonly result: unknown }
    expect([swept.code, report.result, report.missing]).to.deep.equal([0, 'swept', []])
    const [stored] = await select('select count(*) as n from s3_files')
    expect(await readdir(objects)).to.have.length(Number(stored?.n))
  }).timeout(1_800_000)
})
