import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { expect } from 'chai'
import { compiledLarder } from '../support/compiled-larder.ts'
import { runLarder } from '../support/run-larder.ts'
import { removeScratch, scratchFolder } from '../support/scratch.ts'

describe('a command that makes exports', () => {
  let folder: string
  before(async () => {
    folder = await scratchFolder()
  })
  after(removeScratch)

  it('hands its job back when it is stopped, which counts as no attempt', async () => {
    const data = join(folder, 'data')
    const env = { DATA_DIR: data }
    const adding = spawn(process.execPath, [compiledLarder(), 'add', resolve('test/media/bunny.mp4')], {
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
      stdio: 'ignore',
    })
    const ended = once(adding, 'exit')
    const isEncoding = async () => (await readdir(join(data, 'scratch')).catch(() => [])).length > 0
    while (!(await isEncoding()) && adding.exitCode === null) await new Promise(setImmediate)
    expect(adding.exitCode, 'it is stopped before it is done').to.equal(null)
    adding.kill('SIGINT')
    expect((await ended)[0]).to.equal(130)

    const listed = await runLarder(['jobs', '--json'], env)
    const jobs = listed.out.map((line) => JSON.parse(line))
    expect(jobs).to.have.length(1)
    expect(jobs[0]).to.include({ state: 'waiting', attempt: 0, lost: 0, error: null })
    expect(await readdir(join(data, 'scratch'))).to.deep.equal([])
  })
})
