import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { expect } from 'chai'
import { createClient, eachItem, LarderError, type OperationId } from '#larder-client'
import type { Larder } from '../../src/composition/larder.ts'
import { aNewFileJob, aNewImageFile } from '../support/builders.ts'
import { readText } from '../support/contract.ts'
import { right } from '../support/expect-right.ts'
import { type SeededFilm, type SeededImage, seedFilm, seedImage } from '../support/library.ts'
import { createMemoryLarder, listen, type TestServer } from '../support/memory-larder.ts'
import { startSilentServer } from '../support/silent-server.ts'

const failureOf = (promise: Promise<unknown>): Promise<LarderError> =>
  promise.then(
    () => expect.fail('the call succeeds'),
    (error: unknown) => (error instanceof LarderError ? error : Promise.reject(error)),
  )

describe('the typed client', () => {
  let larder: Larder
  let server: TestServer
  let image: SeededImage
  let film: SeededFilm
  let token: string

  before(async () => {
    larder = await createMemoryLarder()
    server = await listen(larder)
    await right(larder.admins.setAdmin('ann', true))
    token = await right(larder.admins.mintIdToken('ann'))
    image = await seedImage(larder)
    film = await seedFilm(larder)
  })
  after(() => server.close())

  const adminClient = () => createClient({ baseUrl: `${server.base}/`, token })

  it('has a function for each operation of the API document', () => {
    const { paths } = JSON.parse(readText('docs/openapi.json')) as {
      readonly paths: Record<string, Record<string, { readonly operationId?: string }>>
    }
    const ids = Object.values(paths).flatMap((operations) =>
      Object.values(operations).flatMap(({ operationId }) => operationId ?? []),
    )
    const client = adminClient()
    expect(ids.length).to.be.greaterThan(40)
    for (const id of ids) expect(client[id as OperationId], id).to.be.a('function')
  })

  it('reads, changes and deletes a file', async () => {
    const client = adminClient()
    const file = aNewImageFile()
    await right(larder.imageFiles.add(file, aNewFileJob()))
    const { uid } = file
    const shown = await client.showMedia({ path: { uid } })
    expect(shown.data).to.include({ uid, title: null, public: false })
    const changed = await client.changeMedia({
      path: { uid },
      headers: { 'If-Match': shown.headers.get('etag') ?? '' },
      body: { title: 'a beach' },
    })
    expect(changed.data.title).to.equal('a beach')
    const late = await failureOf(
      client.changeMedia({
        path: { uid },
        headers: { 'If-Match': shown.headers.get('etag') ?? '' },
        body: { title: 'a hill' },
      }),
    )
    expect(late).to.include({ type: 'precondition_failed', status: 412 })
    const deleted = await client.deleteMedia({ path: { uid }, query: { now: '1', purge: '1' } })
    expect([deleted.status, deleted.data.erased]).to.deep.equal([202, true])
    expect(await failureOf(client.showMedia({ path: { uid } }))).to.include({
      type: 'not_found',
      status: 404,
    })
  })

  it('reads lists of viewers as text, and bytes as a stream', async () => {
    const viewer = createClient({ baseUrl: server.base, token: () => film.jwt })
    const list = await viewer.showMasterPlaylist({ path: { uid: film.uid }, query: { w: 640, h: 360 } })
    expect(list.data).to.match(/^#EXTM3U/)
    const [part] = film.hls.parts
    const path = { uid: part?.uid ?? '', ext: 'm4s' }
    const { data, headers } = await viewer.showPart({ path })
    const bytes = await buffer(data)
    expect(bytes.length).to.equal(Number(headers.get('content-length')))
    const some = await viewer.showPart({ path, headers: { Range: 'bytes=0-1' } })
    if (some.status !== 206) return expect.fail(`status ${some.status}`)
    expect(await buffer(some.data)).to.deep.equal(bytes.subarray(0, 2))
    const same = await viewer.showPart({ path, headers: { 'If-None-Match': headers.get('etag') ?? '' } })
    expect([same.status, same.data]).to.deep.equal([304, undefined])
    const picture = await viewer
      .withToken(image.jwt)
      .showBestImage({ path: { uid: image.uid }, accept: 'image/webp' })
    expect((await buffer(picture.data)).toString()).to.equal('the bytes of a picture')
  })

  it('throws one error, with type, status and faults', async () => {
    const client = adminClient()
    const wrong = await failureOf(client.mintToken({ body: { uid: film.uid, ttl_seconds: -1 } }))
    expect(wrong).to.include({ name: 'LarderError', type: 'unprocessable', status: 422, requestId: null })
    expect(wrong.detail[0]?.loc).to.deep.equal(['body', 'ttl_seconds'])
    expect(wrong.message).to.include('body.ttl_seconds')
    const anonymous = createClient({ baseUrl: server.base })
    expect(await failureOf(anonymous.showMe())).to.include({ type: 'not_set', status: 401 })
    expect(await failureOf(anonymous.withToken(film.jwt).showMe())).to.include({
      type: 'invalid',
      status: 403,
    })
  })

  it('iterates over all pages of a list, with its filters', async () => {
    const uids: string[] = []
    for (let left = 3; left > 0; left -= 1) {
      const file = aNewImageFile({ name: `album ${left}.jpg` })
      await right(larder.imageFiles.add(file, aNewFileJob()))
      uids.unshift(file.uid)
    }
    const found: string[] = []
    for await (const { uid } of eachItem(adminClient().listMedia, { query: { q: 'album', limit: 2 } }))
      found.push(uid)
    expect(found).to.have.members(uids)
  })

  it('never makes another path of what is in a path', async () => {
    const client = adminClient()
    for (const sub of ['..', '.', ''])
      await client.showAdmin({ path: { sub } }).then(
        () => expect.fail(sub),
        (error: unknown) => expect(error).to.be.instanceOf(RangeError),
      )
    const sub = 'a/../../me?x#y%2e'
    await client.addAdmin({ path: { sub } })
    expect((await client.showAdmin({ path: { sub } })).data).to.deep.equal({ sub, admin: true })
    await client.removeAdmin({ path: { sub } })
  })
})

describe('the typed client, with a server that fails', () => {
  type Request = { readonly method: string | undefined; readonly authorization: string | undefined }

  /** Starts a server that gives these replies one after the other, then 200 with `{}`. */
  const withReplies = async (
    replies: ReadonlyArray<RequestListener>,
    use: (base: string, seen: ReadonlyArray<Request>) => Promise<void>,
  ) => {
    const seen: Request[] = []
    const waiting = [...replies]
    const server = createServer((request, response) => {
      seen.push({ method: request.method, authorization: request.headers.authorization })
      const reply = waiting.shift()
      if (reply !== undefined) return reply(request, response)
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen)
    } finally {
      server.closeAllConnections()
      server.close()
    }
  }

  const busy: RequestListener = (_, response) => {
    response
      .writeHead(503, { 'content-type': 'application/json', 'retry-after': '7', 'x-request-id': 'r1' })
      .end('{"type":"overloaded","message":"busy","markdown":"busy"}')
  }
  const cut: RequestListener = (request) => request.socket.destroy()

  const waits: number[] = []
  const timers = { now: () => 0, sleep: async (milliseconds: number) => void waits.push(milliseconds) }
  beforeEach(() => waits.splice(0))

  it('repeats a GET after Retry-After, or without a reply, a limited number of times', async () => {
    await withReplies([busy, cut], async (baseUrl, seen) => {
      await createClient({ baseUrl, timers }).listInstances()
      expect(seen).to.have.length(3)
      expect(waits).to.have.length(2)
      expect(waits[0]).to.equal(7000)
    })
    await withReplies([busy, busy, busy], async (baseUrl, seen) => {
      const failure = await failureOf(createClient({ baseUrl, timers }).listInstances())
      expect(failure).to.include({ type: 'overloaded', status: 503, requestId: 'r1', retryAfterSeconds: 7 })
      expect(seen).to.have.length(3)
    })
  })

  it('repeats nothing that may have changed something', async () => {
    await withReplies([busy], async (baseUrl, seen) => {
      const client = createClient({ baseUrl, timers })
      expect(await failureOf(client.retryJob({ path: { uid: 'job_1' } }))).to.include({ status: 503 })
      expect(seen).to.have.length(1)
    })
    await withReplies([cut], async (baseUrl, seen) => {
      const client = createClient({ baseUrl, timers })
      expect(await failureOf(client.removeAdmin({ path: { sub: 'x' } }))).to.include({
        type: 'unreachable',
        status: 0,
      })
      expect(seen).to.have.length(1)
    })
  })

  it('asks for the token before each request, and takes it to no other server', async () => {
    const tokens = ['t1', 't2', 't3']
    const token = () => tokens.shift() ?? ''
    await withReplies([], async (baseUrl, seen) => {
      const other: RequestListener = (_, response) => {
        response.writeHead(307, { location: `${baseUrl}/x` }).end()
      }
      await withReplies([other], async (first) => {
        const client = createClient({ baseUrl: first, token, timers })
        expect(await failureOf(client.listInstances())).to.include({ type: 'unexpected_reply', status: 307 })
      })
      expect(seen).to.deep.equal([])
      const client = createClient({ baseUrl, token: async () => token() })
      await client.listInstances()
      await client.listInstances()
      expect(seen.map(({ authorization }) => authorization)).to.deep.equal(['bearer t2', 'bearer t3'])
    })
  })

  it('reports the replies of others, and replies that are cut', async () => {
    const html: RequestListener = (_, response) => {
      response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>')
    }
    const notJson: RequestListener = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"a"')
    }
    await withReplies([html, notJson], async (baseUrl) => {
      const client = createClient({ baseUrl, timers })
      expect(await failureOf(client.listInstances())).to.include({ type: 'unexpected_reply', status: 502 })
      expect(await failureOf(client.listInstances())).to.include({ type: 'unexpected_reply', status: 200 })
    })
  })

  it('names the request of a reply that breaks off or hangs after its headers', async () => {
    const begin = (response: ServerResponse) =>
      response
        .writeHead(200, { 'content-type': 'application/json', 'content-length': 9, 'x-request-id': 'r2' })
        .write('{')
    const broken: RequestListener = (request, response) => {
      begin(response)
      setImmediate(() => request.socket.destroy())
    }
    const hanging: RequestListener = (_, response) => void begin(response)
    await withReplies([broken, hanging], async (baseUrl) => {
      const client = createClient({ baseUrl, timers, retries: 0 })
      expect(await failureOf(client.listInstances())).to.include({ type: 'unreachable', requestId: 'r2' })
      expect(await failureOf(client.listInstances({ timeoutSeconds: 0.2 }))).to.include({
        ...{ type: 'timed_out', requestId: 'r2' },
      })
    })
  })

  it('has a time limit, and ends with the reason of the signal of its caller', async () => {
    const silent = await startSilentServer()
    try {
      const client = createClient({ baseUrl: `http://127.0.0.1:${silent.port}`, timers })
      expect(await failureOf(client.listInstances({ timeoutSeconds: 0.01 }))).to.include({
        type: 'timed_out',
        status: 0,
      })
      const stop = new AbortController()
      const reason = new Error('the page was left')
      const calling = client.listInstances({ signal: stop.signal })
      stop.abort(reason)
      await calling.then(
        () => expect.fail('it replies'),
        (error: unknown) => expect(error).to.equal(reason),
      )
    } finally {
      await silent.close()
    }
  })
})
