import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'

import { createClient, eachItem, LarderError, startUpload, waitUntilReady } from '#larder-client'

const timers = { now: () => Date.now(), sleep: () => new Promise<void>((resolve) => setImmediate(resolve)) }

describe('replies that no Larder sends, to the typed client', () => {
  const servers: Server[] = []
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections()
      server.close()
    }
  })

  const start = async (listener: RequestListener): Promise<string> => {
    const server = createServer(listener).listen(0, '127.0.0.1')
    servers.push(server)
    await once(server, 'listening')
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }
  const clientOf = async (listener: RequestListener) =>
    createClient({ baseUrl: await start(listener), token: 'a.b.c', timers })

  const failureOf = async (promise: Promise<unknown>): Promise<LarderError> => {
    const error = await promise.then(
      () => expect.fail('it succeeds'),
      (failure: unknown) => failure,
    )
    if (!(error instanceof LarderError)) throw error
    return error
  }

  const replyWith =
    (status: number, type: string, body: string): RequestListener =>
    (_request, response) =>
      response.writeHead(status, { 'content-type': type }).end(body)

  const upload = (client: ReturnType<typeof createClient>) =>
    startUpload(client, { source: new Uint8Array(100), retryDelays: [0, 0] }).received

  it('get a token to no other server', async () => {
    let received = 0
    const other = await start((_request, response) => {
      received += 1
      response.end()
    })
    const client = await clientOf((_request, response) =>
      response
        .writeHead(201, { 'tus-resumable': '1.0.0', location: `${other}/api/1/uploads/tus/up_1` })
        .end(),
    )
    expect(await failureOf(upload(client))).to.include({ type: 'unexpected_reply' })
    expect(received).to.equal(0)
  })

  it('are pages whose items are no objects', async () => {
    for (const item of ['null', '7', '[]']) {
      const client = await clientOf(replyWith(200, 'application/json', `{"items":[${item}],"next":null}`))
      const listing = eachItem(client.listMedia).next()
      expect(await failureOf(listing), item).to.include({ type: 'unexpected_reply' })
    }
  })

  for (const offset of ['999', '-5', '1e2', '0', '', '100, 100'])
    it(`fail an upload whose offset becomes "${offset}"`, async () => {
      let requests = 0
      const client = await clientOf((request, response) => {
        requests += 1
        if (requests > 20) request.socket.destroy()
        request.resume().on('end', () => {
          if (request.method === 'POST') response.writeHead(201, { location: '/api/1/uploads/tus/up_1' })
          else if (request.method === 'PATCH') response.writeHead(204, { 'upload-offset': offset })
          else response.writeHead(200, { 'upload-offset': '0', 'upload-length': '100' })
          response.end()
        })
      })
      expect(await failureOf(upload(client))).to.include({ type: 'unexpected_reply' })
      expect(requests).to.equal(2)
    })

  it('keep the word of an error whose details are of another form', async () => {
    for (const detail of [null, 'x', [null], [{ loc: 'q' }], { length: 3 }]) {
      const body = JSON.stringify({ type: 'conflict', message: 'no', detail })
      const client = await clientOf(replyWith(409, 'application/json', body))
      const failure = await failureOf(client.showMe())
      expect(failure).to.include({ type: 'conflict', status: 409, message: 'no' })
      expect(failure.detail).to.deep.equal([])
    }
  })

  it('fail a route with JSON for everything else', async () => {
    const replies: ReadonlyArray<Parameters<typeof replyWith>> = [
      [200, 'text/html', '<h1>Log in</h1>'],
      [200, 'application/octet-stream', 'x'],
      [206, 'application/json', '{}'],
      [204, 'application/json', ''],
      [200, 'application/json', 'null'],
      [200, 'application/json', '7'],
    ]
    for (const reply of replies)
      expect(await failureOf((await clientOf(replyWith(...reply))).showMe()), reply.join()).to.include({
        type: 'unexpected_reply',
        status: reply[0],
      })
  })

  it('without end fill no memory', async () => {
    const piece = Buffer.alloc(2 ** 20, 32)
    for (const status of [200, 500]) {
      let pieces = 0
      const client = await clientOf((_request, response) => {
        response.writeHead(status, { 'content-type': 'application/json' })
        const write = () => {
          do pieces += 1
          while (response.write(piece))
        }
        response.on('drain', write)
        write()
      })
      expect(await failureOf(client.showMe())).to.include({ type: 'unexpected_reply', status })
      expect(pieces).to.be.below(200)
    }
  })

  it('end a list that has no items, or no end', async () => {
    const pages = [
      '{}',
      '[]',
      '{"items":null,"next":null}',
      '{"items":[],"next":"1"}',
      '{"items":[1],"next":7}',
    ]
    for (const page of pages) {
      const client = await clientOf(replyWith(200, 'application/json', page))
      const read = async () => {
        for await (const _ of eachItem(client.listMedia));
      }
      expect(await failureOf(read()), page).to.include({ type: 'unexpected_reply' })
    }
  })

  it('end a stream of events with a line without end', async () => {
    const piece = 'x'.repeat(65_536)
    const client = await clientOf((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: ')
      const write = () => {
        while (response.write(piece));
      }
      response.on('drain', write)
      write()
    })
    const failure = await failureOf(waitUntilReady(client, { uid: 'if_1', kind: 'image', timers }))
    expect(failure).to.include({ type: 'unexpected_reply' })
  })
})
