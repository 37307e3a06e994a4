import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { expect } from 'chai'
import type { Larder } from '../../../src/composition/larder.ts'
import type { UploadUid } from '../../../src/domain/media/ids.ts'
import { rightsOfAdmin } from '../../../src/domain/upload/uploader-rights.ts'
import { O } from '../../../src/fp.ts'
import { anUploadRequest } from '../../support/builders.ts'
import { right } from '../../support/expect-right.ts'
import { createMemoryLarder, listen, type TestServer } from '../../support/memory-larder.ts'
import { poster } from '../../support/pictures.ts'
import { pollUntilDefined, pollUntilTrue } from '../../support/processes.ts'
import { createTemporaryIncoming } from '../../support/temporary-incoming.ts'

type Json = Record<string, unknown>

const sha512 = (bytes: Uint8Array): string => createHash('sha512').update(bytes).digest('hex')

describe('uploads in one request (§11.1)', () => {
  let larder: Larder
  let server: TestServer
  let token: string
  let picture: Buffer
  before(async () => {
    picture = await poster().png().toBuffer()
  })
  const folder = createTemporaryIncoming()

  beforeEach(async () => {
    larder = await createMemoryLarder({ clock: Date.now, ...(await folder.adapters()) })
    server = await listen(larder)
    token = await tokenOf('ann')
  })
  afterEach(() => server.close())

  const tokenOf = async (sub: string): Promise<string> => {
    await right(larder.admins.setAdmin(sub, true))
    return right(larder.admins.mintIdToken(sub))
  }
  const authorization = (jwt = token) => ({ authorization: `Bearer ${jwt}` })

  const form = (file: Uint8Array | null, fields: Record<string, string> = {}, name = 'poster.png') => {
    const data = new FormData()
    for (const [field, value] of Object.entries(fields)) data.append(field, value)
    if (file !== null) data.append('file', new Blob([file]), name)
    return data
  }
  const post = async (body: FormData | string, headers: Record<string, string> = authorization()) => {
    const reply = await server.get('/api/1/uploads', { method: 'POST', body, headers })
    return { status: reply.status, json: (await reply.json()) as Json }
  }
  const stateOf = async (upload: unknown, jwt = token) => {
    const reply = await server.get(`/api/1/uploads/${upload}`, { headers: authorization(jwt) })
    return { status: reply.status, json: (await reply.json()) as Json }
  }
  const leftovers = async () => (await readdir(folder.path())).filter((name) => name.startsWith('up_'))

  it('is refused as a whole if another request asks for it before its end', async () => {
    let cut = (): void => undefined
    const body = new ReadableStream({
      start: (controller) => {
        const head = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
        controller.enqueue(Buffer.concat([Buffer.from(head), picture.subarray(0, 200)]))
        cut = () => controller.close()
      },
    })
    const type = { 'content-type': 'multipart/form-data; boundary=b' }
    const init = { method: 'POST', body, headers: { ...authorization(), ...type }, duplex: 'half' }
    const reply = server.get('/api/1/uploads', init as RequestInit)
    const uid = await pollUntilDefined(async () => (await leftovers())[0])
    const head = { method: 'HEAD', headers: { ...authorization(), 'tus-resumable': '1.0.0' } }
    const asked = await server.get(`/api/1/uploads/tus/${uid}`, head)
    expect((await reply).status).to.equal(409)
    cut()
    expect(asked.status).to.equal(404)
    expect(await leftovers()).to.deep.equal([])
  })

  it('becomes a file with what its sender says of it', async () => {
    const fields = { title: 'A poster', public: '1', alt: 'Trees', metadata: '{"shelf":7}' }
    const { status, json } = await post(form(picture, fields))
    expect([status, json.kind, json.state]).to.deep.equal([201, 'image', 'in_library'])
    const found = await right(larder.library.find(String(json.uid)))
    expect(found).to.deep.include({
      title: 'A poster',
      alt: 'Trees',
      isPublic: true,
      metadata: { shelf: 7 },
      fileName: 'poster.png',
      sha512: sha512(picture),
      state: 'waiting',
    })
    expect(found.job?.uid).to.equal(json.job)
    expect((await stateOf(json.upload)).json).to.deep.include({
      state: 'in_library',
      offset: picture.length,
      length: picture.length,
      uid: json.uid,
    })
    expect(await leftovers()).to.deep.equal([])
  })

  it('is the file that the library has already, as it was', async () => {
    const first = await post(form(picture, { title: 'First' }))
    const second = await post(form(picture, { title: 'Second', public: '1' }, 'other.png'))
    expect([second.status, second.json.uid]).to.deep.equal([200, first.json.uid])
    const { title, isPublic } = await right(larder.library.find(String(first.json.uid)))
    expect([title, isPublic]).to.deep.equal(['First', false])
    expect(await leftovers()).to.deep.equal([])
  })

  it('is one file if it arrives several times at once', async () => {
    const replies = await Promise.all(Array.from({ length: 8 }, () => post(form(picture))))
    expect(new Set(replies.map(({ json }) => json.uid)).size).to.equal(1)
    expect(replies.filter(({ status }) => status === 201)).to.have.length(1)
  })

  it('restores its twin from the trash, and is refused if it was taken down', async () => {
    const { json } = await post(form(picture))
    await right(larder.trashService.delete(String(json.uid), 'trash'))
    expect((await post(form(picture))).json.uid).to.equal(json.uid)
    expect((await right(larder.library.find(String(json.uid)))).deletedAt).to.equal(null)
    await right(larder.trashService.delete(String(json.uid), 'take down'))
    const refused = await post(form(picture))
    expect([refused.status, refused.json.type]).to.deep.equal([409, 'taken_down'])
    expect(await leftovers()).to.deep.equal([])
  })

  it('leaves nothing if it is refused', async () => {
    const cases: ReadonlyArray<readonly [FormData | string, number, string]> = [
      [form(new Uint8Array()), 422, 'refused'],
      [form(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')), 422, 'refused'],
      [form(null), 422, 'unprocessable'],
      [form(picture, { titel: 'x' }), 422, 'unprocessable'],
      [form(picture, { metadata: '[' }), 422, 'unprocessable'],
      [form(picture, { public: 'maybe' }), 422, 'unprocessable'],
      [form(picture, { public: 'constructor' }), 422, 'unprocessable'],
      [form(picture, { public: '__proto__' }), 422, 'unprocessable'],
      [form(picture, { title: 'x'.repeat(501) }), 422, 'unprocessable'],
      [form(new Uint8Array(2 ** 20 + 1)), 413, 'too_large'],
      ['{}', 415, 'unsupported_media'],
    ]
    for (const [body, status, type] of cases) {
      const reply = await post(body)
      expect([reply.status, reply.json.type]).to.deep.equal([status, type])
    }
    const late = form(picture)
    late.append('title', 'too late')
    expect((await post(late)).status).to.equal(422)
    const two = form(picture)
    two.append('file', new Blob([picture]), 'two.png')
    expect((await post(two)).status).to.equal(400)
    expect(await leftovers()).to.deep.equal([])
    expect((await server.get('/api/1/admin/media', { headers: authorization() })).status).to.equal(200)
  })

  it('leaves nothing if its client is cut off or lies about the length', async () => {
    const boundary = 'cut'
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n`
    const send = (length: number, body: Uint8Array) =>
      new Promise<void>((resolve) => {
        const socket = connect(server.port, '127.0.0.1')
        socket.on('close', () => resolve()).on('error', () => undefined)
        socket.write(
          `POST /api/1/uploads HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${token}\r\n` +
            `Content-Type: multipart/form-data; boundary=${boundary}\r\nContent-Length: ${length}\r\n\r\n${head}`,
        )
        socket.write(body, () => setTimeout(() => socket.destroy(), 50))
      })
    await send(head.length + picture.length + 100, picture)
    await send(head.length + 10, picture)
    await pollUntilTrue(async () => (await leftovers()).length === 0)
    expect(O.isNone((await right(larder.ingest.oldest)).image)).to.equal(true)
  })

  it('has a name without folders and control characters', async () => {
    const { json } = await post(form(picture, {}, '../..\\bad\u0007 cafe\u0301.png'))
    expect((await right(larder.library.find(String(json.uid)))).fileName).to.equal('bad café.png')
  })

  it('is shown to the admin that sent it, and to nobody else', async () => {
    const { json } = await post(form(picture))
    expect((await stateOf(json.upload)).status).to.equal(200)
    expect((await stateOf(json.upload, await tokenOf('bob'))).status).to.equal(404)
    expect((await stateOf('up_none')).status).to.equal(404)
    expect((await stateOf('a.b')).status).to.equal(404)
    expect((await server.get(`/api/1/uploads/${json.upload}`)).status).to.equal(401)
    expect((await server.get(`/api/1/uploads/${json.upload}?jwt=${token}`)).status).to.equal(401)
  })

  it('says why a file that cannot be decoded failed', async () => {
    const damaged = Buffer.concat([picture.subarray(0, 100), Buffer.from('not a picture')])
    const { status, json } = await post(form(damaged))
    expect([status, json.kind]).to.deep.equal([201, 'image'])
    const job = larder.jobWork.createRunner({ slots: 1, onProgress: () => {}, onEnd: () => {} })
    const stop = new AbortController()
    const running = job.run({ signal: stop.signal, failed: () => {} })
    const state = await pollUntilDefined(async () => {
      const now = (await stateOf(json.upload)).json
      return now.state === 'failed' ? now : undefined
    })
    stop.abort()
    await running
    expect(state?.reason).to.be.a('string')
    expect(O.isSome(await right(larder.uploads.find(json.upload as UploadUid)))).to.equal(true)
  })

  it('is refused while the disk is full, also with what other uploads have announced', async () => {
    const free = 2 ** 30 + 3 * picture.length
    folder.setFree(free)
    const begin = (bytes: number) =>
      larder.uploadService.begin(rightsOfAdmin('ann', 1e9), anUploadRequest(bytes))
    expect((await post(form(picture))).status).to.equal(201)
    await right(begin(2 * picture.length))
    const other = Buffer.concat([picture, Buffer.from('x')])
    const full = await post(form(other))
    expect([full.status, full.json.type]).to.deep.equal([507, 'no_space'])
    expect(await leftovers()).to.deep.equal([])
  })

  it('is refused before its body is read, by a reply that ends the connection, and the next request is answered', async () => {
    folder.setFree(2 ** 30)
    const long = form(Buffer.concat([picture, Buffer.alloc(900_000)]))
    const connections = new Agent({ keepAlive: true, maxSockets: 1 })
    const send = async (body: FormData, jwt: string) => {
      const sent = new Request('http://larder.example', { method: 'POST', body })
      const bytes = Buffer.from(await sent.arrayBuffer())
      const headers = { ...authorization(jwt), 'content-type': String(sent.headers.get('content-type')) }
      return new Promise<readonly [number | undefined, string | undefined]>((resolve, reject) => {
        const options = {
          agent: connections,
          method: 'POST',
          headers: { ...headers, 'content-length': bytes.length },
        }
        const sending = request(`${server.base}/api/1/uploads`, options, (reply) => {
          reply.resume()
          reply.on('end', () => resolve([reply.statusCode, reply.headers.connection]))
        })
        sending.on('error', reject)
        sending.end(bytes)
      })
    }
    try {
      for (let i = 0; i < 5; i += 1) expect(await send(long, token)).to.deep.equal([507, 'close'])
      expect(await send(long, 'a.b.c')).to.deep.equal([403, 'close'])
      folder.setFree(2 ** 40)
      expect(await send(form(picture), token)).to.deep.equal([201, 'keep-alive'])
    } finally {
      connections.destroy()
    }
  })

  it('is refused with 507, and leaves nothing, if a hundred come at once to a small disk', async () => {
    folder.setFree(2 ** 30 + 5 * (picture.length + 1000))
    const replies = await Promise.all(
      Array.from({ length: 100 }, (_, i) => post(form(Buffer.concat([picture, Buffer.from(String(i))])))),
    )
    const counts = new Map<number, number>()
    for (const { status } of replies) counts.set(status, (counts.get(status) ?? 0) + 1)
    expect([...counts.keys()].sort()).to.deep.equal([201, 507])
    expect(counts.get(507)).to.be.above(50)
    // What was accepted is stored after the reply if that takes long.
    await pollUntilTrue(async () => (await leftovers()).length === 0)
  })

  it('lets pages of other sites send, and read what they need', async () => {
    const preflight = await server.get('/api/1/uploads/tus', {
      method: 'OPTIONS',
      headers: { origin: 'https://a.example' },
    })
    expect(preflight.status).to.equal(204)
    expect(preflight.headers.get('access-control-allow-methods')).to.equal(
      'POST, PATCH, HEAD, GET, DELETE, OPTIONS',
    )
    expect(preflight.headers.get('access-control-allow-headers')).to.include('Upload-Metadata')
    expect(preflight.headers.get('tus-extension')).to.include('creation-defer-length')
    const reply = await server.get('/api/1/uploads/up_none', {
      headers: { ...authorization(), origin: 'https://a.example' },
    })
    expect(reply.headers.get('access-control-allow-origin')).to.equal('*')
    expect(reply.headers.get('access-control-expose-headers'))
      .to.include('Upload-Offset')
      .and.include('Retry-After')
  })
})
