import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import sharp from 'sharp'
import { runLarder, serveLarder, waitUntilReady } from '../support/run-larder.ts'
import { removeScratch, scratchFolder } from '../support/scratch.ts'
import { waitForServerExit } from '../support/wait-for-server-exit.ts'

describe('[V62] a library', function () {
  this.timeout(300_000)
  after(removeScratch)

  const keys = {
    IMAGE_TOKEN_KEYS: `k1:HS256:${Buffer.alloc(32, 1).toString('base64url')}`,
    CONTENT_TOKEN_KEYS: `k1:HS256:${Buffer.alloc(32, 2).toString('base64url')}`,
  }
  const nowhere = { DATABASE_URL: 'postgres://nobody@127.0.0.1:9/none' }

  it('is created only by serve and add, and the other commands name DATA_DIR', async () => {
    const folder = await scratchFolder()
    const env = { DATA_DIR: path.join(folder, 'data') }
    for (const args of [
      ['migrate'],
      ['token', 'if_x'],
      ['admin', 'grant', 'zoë'],
      ['admin', 'token', 'zoë'],
      ['check', 'cf_x'],
      ['sweep'],
      ['verify'],
      ['remake', '--outdated'],
    ]) {
      const { code, out, err } = await runLarder(args, env)
      expect({ code, out, err }, args.join(' ')).to.deep.equal({
        code: 1,
        out: [],
        err: [
          `larder: there is no library in DATA_DIR ${env.DATA_DIR}: set DATA_DIR to the folder of your library, ` +
            'or create one with `larder serve` or `larder add`',
        ],
      })
    }
    const doctor = await runLarder(['doctor'], env)
    expect(doctor.code).to.equal(1)
    expect(doctor.out).to.include(`fault data folder: ${env.DATA_DIR} does not exist`)
    expect(await readdir(folder)).to.deep.equal([])
  })

  it('gets keys only from serve and add, even with an external database', async () => {
    const env = { ...nowhere, ...keys, DATA_DIR: path.join(await scratchFolder(), 'data') }
    const { code, err } = await runLarder(['admin', 'token', 'zoë'], env)
    expect(code).to.equal(1)
    expect(err).to.have.length(1)
    expect(err[0]).to.match(/^larder: DATA_DIR \S+\/data needs new token keys: set DATA_DIR /)
    const all = { ...env, ID_TOKEN_SECRET: 'x'.repeat(32) }
    expect((await runLarder(['admin', 'token', 'zoë'], all)).code).to.equal(0)
  })

  it('does not get an empty database if DATABASE_URL was forgotten', async () => {
    const env = { DATA_DIR: path.join(await scratchFolder(), 'data') }
    await mkdir(path.join(env.DATA_DIR, 'keys'), { recursive: true })
    for (const [name, text] of [
      ['image-tokens', keys.IMAGE_TOKEN_KEYS],
      ['content-tokens', keys.CONTENT_TOKEN_KEYS],
      ['id-tokens', keys.CONTENT_TOKEN_KEYS],
    ] as const)
      await writeFile(path.join(env.DATA_DIR, 'keys', name), text)
    const { code, err } = await runLarder(['migrate'], env)
    expect(code).to.equal(1)
    expect(err[0]).to.match(/^larder: DATA_DIR \S+\/data needs a new database: /)
  })

  it('is created by add and by serve, which report this once', async () => {
    const folder = await scratchFolder()
    const picture = path.join(folder, 'picture.png')
    await sharp({ create: { width: 64, height: 64, channels: 3, background: 'red' } }).toFile(picture)
    const added = { DATA_DIR: path.join(folder, 'added') }
    const first = await runLarder(['add', '--json', picture], added)
    expect(first.err).to.deep.equal([`larder: created a new library in ${added.DATA_DIR}`])
    expect(first.out).to.have.length(1)
    expect((await runLarder(['add', '--json', picture], added)).err).to.deep.equal([])
    await rm(path.join(added.DATA_DIR, 'cache'), { recursive: true })
    expect((await runLarder(['doctor'], added)).code).to.equal(0)

    const served = { DATA_DIR: path.join(folder, 'served') }
    for (const lines of [[`  created a new library in ${served.DATA_DIR}`], []]) {
      const serving = await serveLarder(served)
      await waitUntilReady(serving.base)
      expect(await serving.end('SIGTERM')).to.equal(0)
      expect(serving.out.slice(1).filter((line) => line.includes('created'))).to.deep.equal(lines)
    }
    for (const { DATA_DIR } of [added, served]) await waitForServerExit(path.join(DATA_DIR, 'postgres'))
  })

  it('is not needed to check the playlists of any server', async () => {
    const folder = await scratchFolder()
    const env = { DATA_DIR: path.join(folder, 'data') }
    const { code, err } = await runLarder(['check', 'http://127.0.0.1:9/a.m3u8'], env)
    expect(code).to.equal(1)
    expect(err.join('\n')).not.to.include('DATA_DIR')
    expect(await readdir(folder)).to.deep.equal([])
  })
})
