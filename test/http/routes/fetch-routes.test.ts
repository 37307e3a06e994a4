import { createServer, type RequestListener, type Server } from 'node:http'
import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import { createPortCheck } from '../../../src/adapters/http/outbound-target.ts'
import { timerSleep } from '../../../src/adapters/platform/timer-sleep.ts'
import type { UploadUid } from '../../../src/domain/media/ids.ts'
import { unavailable } from '../../../src/domain/shared/errors.ts'
import { TE } from '../../../src/fp.ts'
import type { Sleep } from '../../../src/ports/sleep.ts'
import { left, right } from '../../support/expect-right.ts'
import { listenLocally } from '../../support/foreign-servers.ts'
import { poster } from '../../support/pictures.ts'
import { pollUntilDefined } from '../../support/processes.ts'
import { createUploadScene, type UploadScene } from '../../support/upload-scene.ts'

/** So that the tests do not wait for the next look at the fetches. */
const shortSleep: Sleep = (milliseconds, signal) => timerSleep(Math.min(milliseconds, 20), signal)

describe('[§11.3] files from a URL', () => {
  let scene: UploadScene
  let server: Server
  let base: string
  let picture: Buffer
  const seen: string[] = []
  const held: Array<() => void> = []

  const handlers: Record<string, RequestListener> = {
    '/trees%20%C3%BC.png': (_, res) => res.setHeader('content-length', picture.length).end(picture),
    '/chunked': (_, res) => {
      res.write(picture.subarray(0, 5000))
      res.end(picture.subarray(5000))
    },
    '/moved': (_, res) => res.writeHead(302, { location: '/chunked?token=other' }).end(),
    '/gone': (_, res) => res.writeHead(404).end('s3cret'),
    '/gzip': (_, res) => res.setHeader('content-encoding', 'gzip').end(gzipSync(picture)),
    '/empty': (_, res) => res.end(),
    '/text': (_, res) => res.end('<svg xmlns="http://www.w3.org/2000/svg"/>'),
    '/long': (_, res) => res.setHeader('content-length', 2 ** 51).end(),
    '/huge': (_, res) => res.setHeader('content-length', 40 * 2 ** 30).flushHeaders(),
    '/loop': (_, res) => res.writeHead(302, { location: '/loop' }).end(),
    '/private': (_, res) => res.writeHead(302, { location: 'http://10.0.0.1/' }).end(),
    '/broken-off': (_, res) => {
      res.setHeader('content-length', picture.length)
      res.write(picture.subarray(0, 5000), () => res.destroy())
    },
    '/slow': (_, res) => {
      res.setHeader('content-length', picture.length)
      res.write(picture.subarray(0, 5000))
      held.push(() => res.end(picture.subarray(5000)))
    },
  }

  before(async () => {
    picture = await poster().png().toBuffer()
    server = createServer((req, res) => {
      seen.push(req.url ?? '')
      handlers[(req.url ?? '').replace(/\?.*/, '')]?.(req, res)
    })
    base = `http://127.0.0.1:${await listenLocally(server)}`
  })
  after(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  let stop: () => Promise<void>
  /** Starts to fetch, as the background work of a server does. Returns a function that stops it. */
  const startFetching = (failures: unknown[] = []): (() => Promise<void>) => {
    const abort = new AbortController()
    const running = scene.larder.fetchService.run(abort.signal, (error) => failures.push(error))()
    return async () => {
      abort.abort()
      await running
    }
  }
  beforeEach(async () => {
    seen.length = 0
    held.length = 0
    scene = await createUploadScene({ sleep: shortSleep, mayUsePort: createPortCheck(['127.0.0.1']) })
    stop = startFetching()
  })
  afterEach(async () => {
    await stop()
    await scene.close()
  })

  const request = (body: unknown) =>
    scene.send('/api/1/uploads/from_url', scene.idToken, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const fetchFrom = async (path: string, more: object = {}): Promise<string> => {
    const { status, json } = await request({ url: base + path, ...more })
    expect(status).to.equal(202)
    expect(json).to.have.all.keys('upload', 'job')
    return String(json.upload)
  }
  const endOf = (upload: string) =>
    pollUntilDefined(async () => {
      const { json } = await scene.stateOf(scene.idToken, upload)
      return json.state === 'receiving' || json.state === 'received' ? undefined : json
    })

  it('become files with what the admin says of them, and the job that was promised', async () => {
    const details = { title: 'Trees', alt: 'Some trees', public: true, metadata: { a: 1 } }
    const { json } = await request({ url: `${base}/trees%20%C3%BC.png?key=s3cret#part`, ...details })
    expect(await endOf(String(json.upload))).to.include({ state: 'in_library', offset: picture.length })
    const { json: state } = await scene.stateOf(scene.idToken, String(json.upload))
    const { fileName, title, alt, isPublic, metadata, job } = await right(
      scene.larder.library.find(String(state.uid)),
    )
    expect({ title, alt, public: isPublic, metadata }).to.deep.equal(details)
    expect(fileName).to.equal('trees ü.png')
    expect(job?.uid).to.equal(json.job)
    expect(seen).to.deep.equal(['/trees%20%C3%BC.png?key=s3cret'])
    expect(await scene.leftovers()).to.deep.equal([])
  })

  it('arrive without a length, and after redirects', async () => {
    for (const path of ['/chunked', '/moved?token=mine']) {
      const state = await endOf(await fetchFrom(path))
      expect(state).to.include({ state: 'in_library', length: picture.length })
    }
    expect(seen).to.deep.equal(['/chunked', '/moved?token=mine', '/chunked?token=other'])
  })

  it('are the file that the library has already', async () => {
    const { json } = await scene.postForm(scene.idToken, picture)
    expect(await endOf(await fetchFrom('/chunked'))).to.include({ uid: json.uid })
    expect(await scene.leftovers()).to.deep.equal([])
  })

  it('are refused with a reason, which shows nothing of the address, and leave nothing', async () => {
    for (const [path, reason] of [
      ['/gone?key=s3cret', 'the server answers 404'],
      ['/gzip', 'the server sends the file with a content coding'],
      ['/empty', 'the file is empty'],
      ['/long', 'the server sends more than is accepted'],
      [
        '/loop?key=s3cret',
        'the server redirects too often, from https to http, or to an address that may not be fetched',
      ],
      ['/private', 'the server cannot be reached, or has an address that is not public'],
      ['/broken-off', 'the server breaks off its answer'],
    ] as const) {
      const state = await endOf(await fetchFrom(path))
      expect(state, path).to.include({ state: 'refused', reason, uid: null })
    }
    const state = await endOf(await fetchFrom('/text'))
    expect(state.state).to.equal('refused')
    expect(await scene.leftovers()).to.deep.equal([])
  })

  it('are refused if the disk has no space for what their server announces', async () => {
    await stop()
    await scene.close()
    scene = await createUploadScene({ sleep: shortSleep }, 30 * 2 ** 30)
    stop = startFetching()
    const state = await endOf(await fetchFrom('/huge'))
    expect(state).to.include({ state: 'refused', reason: 'the disk has no space for this file' })
  })

  it('give one reason for what only Larder can reach, and for what nobody reaches', async () => {
    const closed = createServer()
    const port = await listenLocally(closed)
    await new Promise((resolve) => closed.close(resolve))
    const reasons = new Set<unknown>()
    for (const url of [
      `http://127.0.0.1:${port}/`,
      'http://10.0.0.1/',
      'http://169.254.169.254/latest/',
      'http://[::ffff:127.0.0.2]/',
      'http://2130706434/',
      'http://missing.invalid/',
    ]) {
      const { json } = await request({ url })
      reasons.add((await endOf(String(json.upload))).reason)
    }
    expect([...reasons]).to.deep.equal(['the server cannot be reached, or has an address that is not public'])
  })

  it('are 422 if their address has another scheme, or a user, and the fault does not show it', async () => {
    for (const url of [
      'ftp://example.org/s3cret',
      'file:///etc/s3cret',
      'https://user:s3cret@example.org/',
      'https://s3cret@example.org/',
      's3cret',
      '',
      `https://example.org/s3cret${'a'.repeat(8192)}`,
      7,
    ]) {
      const { status, json } = await request({ url })
      expect(status, String(url)).to.equal(422)
      expect(JSON.stringify(json)).not.to.include('s3cret')
    }
    const unknown = await request({ url: base, headers: {} })
    expect(unknown.status).to.equal(422)
  })

  it('are 422 at once if their port is never allowed, unless it may be an exception of the operator', async () => {
    const statusOf = async (url: string) => (await request({ url })).status
    expect(await statusOf('http://10.0.0.1:8080/a.jpg')).to.equal(422)
    expect(await statusOf('http://[2001:db8::1]:22/a.jpg')).to.equal(422)
    expect(await statusOf('http://127.0.0.1:8080/a.jpg'), 'an exception').to.equal(202)
    expect(await statusOf('http://missing.invalid:8080/a.jpg'), 'a name').to.equal(202)
    expect(await statusOf('https://missing.invalid:80/a.jpg')).to.equal(202)
    await stop()
    await scene.close()
    scene = await createUploadScene({ mayUsePort: createPortCheck([]) })
    expect(await statusOf('http://missing.invalid:8080/a.jpg'), 'a name without exceptions').to.equal(422)
    expect(await statusOf('http://missing.invalid/a.jpg')).to.equal(202)
    stop = async () => undefined
  })

  it('are told to their admin alone', async () => {
    const upload = await fetchFrom('/gone')
    await endOf(upload)
    await right(scene.larder.admins.setAdmin('bob', true))
    const bob = await right(scene.larder.admins.mintIdToken('bob'))
    expect((await scene.stateOf(bob, upload)).status).to.equal(404)
    const { secret } = await scene.issue()
    expect((await scene.stateOf(secret, upload)).status).to.equal(404)
  })

  it('are fetched again by the next process, from their first byte, when one stops', async () => {
    const upload = await fetchFrom('/slow?key=s3cret')
    await pollUntilDefined(async () => held[0])
    await stop()
    expect((await scene.stateOf(scene.idToken, upload)).json).to.include({ state: 'receiving' })
    stop = startFetching()
    await pollUntilDefined(async () => held[1])
    held[1]?.()
    expect(await endOf(upload)).to.include({ state: 'in_library', offset: picture.length })
    expect(seen).to.have.length(2)
  })

  it('end when their admin ends them', async () => {
    const upload = await fetchFrom('/slow')
    await pollUntilDefined(async () => held[0])
    const headers = { 'tus-resumable': '1.0.0' }
    const path = `/api/1/uploads/tus/${upload}`
    expect((await scene.send(path, scene.idToken, { method: 'HEAD', headers })).status).to.equal(404)
    expect((await scene.patch(scene.idToken, path, 0, picture)).status).to.equal(404)
    expect(seen).to.have.length(1)
    const ended = await scene.send(path, scene.idToken, { method: 'DELETE', headers })
    expect(ended.status).to.equal(204)
    expect((await scene.stateOf(scene.idToken, upload)).status).to.equal(404)
    await pollUntilDefined(async () => {
      const folder = await right(scene.larder.incoming.folder)
      const waiting = await right(scene.larder.fetches.list(folder, 9))
      return waiting.length === 0 ? true : undefined
    })
    expect(await scene.leftovers()).to.deep.equal([])
  })

  it('are given up when five processes have died over them', async () => {
    await stop()
    const upload = await fetchFrom('/slow')
    for (let n = 0; n < 5; n += 1) await right(scene.larder.fetches.begin(upload as UploadUid))
    stop = startFetching()
    expect(await endOf(upload)).to.include({
      state: 'refused',
      reason: 'the process that fetched the file died 5 times',
    })
    expect(seen).to.deep.equal([])
  })

  it('wait while the database is away', async () => {
    await stop()
    const { larder } = scene
    const list = () => TE.left(unavailable('database')('away'))
    const failing = { ...larder.fetches, list }
    await scene.close()
    scene = await createUploadScene({ fetches: failing })
    const never = new AbortController().signal
    expect(await left(scene.larder.fetchService.run(never, () => undefined))).to.include({
      dependency: 'database',
    })
    stop = async () => undefined
  })
})
