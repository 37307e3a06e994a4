import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { expect } from 'chai'
import { openLibraryDatabase } from '../support/library-database.ts'
import { runLarder } from '../support/run-larder.ts'
import { removeScratch, scratchFolder } from '../support/scratch.ts'

describe('[V39] a remake after its process was killed', () => {
  let folder: string
  before(async () => {
    folder = await scratchFolder()
  })
  after(removeScratch)

  it('keeps the old exports, and continues when the command is run again', async () => {
    const data = join(folder, 'data')
    const env = { DATA_DIR: data }
    const added = await runLarder(['add', '--json', resolve('test/media/bunny.mp4')], env)
    expect(added.code).to.equal(0)
    const { db, close } = await openLibraryDatabase(data)
    await db.raw('update content_file_exports set recipe = 1')
    const listed = async (): Promise<ReadonlyArray<string>> => {
      const { rows } = await db.raw(
        'select uid from content_file_exports where replaced_at is null order by uid',
      )
      return rows.map(({ uid }: { readonly uid: string }) => uid)
    }
    const old = await listed()

    const remaking = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts', 'remake', '--outdated'], {
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
      stdio: 'ignore',
    })
    const ended = once(remaking, 'exit')
    const isEncoding = async () => (await readdir(join(data, 'scratch')).catch(() => [])).length > 0
    while (!(await isEncoding()) && remaking.exitCode === null) await new Promise(setImmediate)
    expect(remaking.exitCode, 'it is killed before it is done').to.equal(null)
    remaking.kill('SIGKILL')
    await ended
    expect(await listed()).to.deep.equal(old)
    await db.raw("update jobs set lease_until = now() - interval '1 second' where state = 'running'")

    const both = await Promise.all([
      runLarder(['remake', '--outdated', '--json'], env),
      runLarder(['remake', '--outdated', '--json'], env),
    ])
    expect(both.map(({ code }) => code)).to.deep.equal([0, 0])
    const counts = both.map(({ out }) => JSON.parse(out.at(-1) ?? '').made)
    expect(
      counts.reduce((sum, count) => sum + count, 0),
      'by one of two',
    ).to.equal(1)
    const { rows } = await db.raw("select state, attempt, lost from jobs where kind = 'remake'")
    expect(rows).to.deep.equal([{ state: 'done', attempt: 0, lost: 1 }])
    const now = await listed()
    expect(now).to.have.length(old.length)
    expect(now.filter((uid) => old.includes(uid))).to.deep.equal([])
    await close()
  }).timeout(300_000)
})
