import { readdir, stat } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { expect } from 'chai'
import { Upload } from 'tus-js-client'
import type { Larder } from '../../../src/composition/larder.ts'
import { right } from '../../support/expect-right.ts'
import { createMemoryLarder, listen, type TestServer } from '../../support/memory-larder.ts'
import { poster } from '../../support/pictures.ts'
import { pollUntilDefined } from '../../support/processes.ts'
import { createTemporaryIncoming } from '../../support/temporary-incoming.ts'
import { startUploadProxy } from '../../support/upload-proxy.ts'

const tusHeaders = { 'Tus-Resumable': '1.0.0' }
const offsetType = { 'Content-Type': 'application/offset+octet-stream' }

describe('uploads by tus (§11.2)', () => {
  let larder: Larder
  let server: TestServer
  let token: string
  let picture: Buffer
  const folder = createTemporaryIncoming()

  before(async () => {
    picture = await poster().png().toBuffer()
  })
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
  const send = (method: string, where: string, headers: Record<string, string> = {}, body?: Uint8Array) =>
    server.get(where, {
      method,
      headers: { authorization: `Bearer ${token}`, ...tusHeaders, ...headers },
      ...(body !== undefined && { body }),
    })
  const begin = async (headers: Record<string, string>, body?: Uint8Array) => {
    const reply = await send('POST', '/api/1/uploads/tus', headers, body)
    expect(reply.status).to.equal(201)
    return String(reply.headers.get('location'))
  }
  const patch = (where: string, offset: number, body: Uint8Array, more: Record<string, string> = {}) =>
    send('PATCH', where, { ...offsetType, 'Upload-Offset': String(offset), ...more }, body)
  const stateOf = async (where: string) => {
    const reply = await send('GET', where.replace('/tus/', '/'))
    return (await reply.json()) as Record<string, unknown>
  }
  const stored = (where: string) =>
    pollUntilDefined(async () => {
      const state = await stateOf(where)
      return state.state === 'in_library' ? state : undefined
    })
  const lengthOf = (length: number) => ({ 'Upload-Length': String(length) })

  it('is continued at its offset, and becomes a file with its last byte', async () => {
    const metadata = `filename ${btoa('poster.png')},title ${btoa('A poster')},filetype ${btoa('image/png')}`
    const where = await begin({ ...lengthOf(picture.length), 'Upload-Metadata': metadata })
    expect((await stateOf(where)).state).to.equal('receiving')
    const first = await patch(where, 0, picture.subarray(0, 5000))
    expect([first.status, first.headers.get('upload-offset')]).to.deep.equal([204, '5000'])
    const head = await send('HEAD', where)
    expect([head.headers.get('upload-offset'), head.headers.get('upload-length')]).to.deep.equal([
      '5000',
      String(picture.length),
    ])
    expect(head.headers.get('upload-metadata')).to.include('filename')
    const last = await patch(where, 5000, picture.subarray(5000))
    expect([last.status, last.headers.get('upload-offset')]).to.deep.equal([204, String(picture.length)])
    const { uid } = await stored(where)
    const file = await right(larder.library.find(String(uid)))
    expect([file.title, file.fileName, file.sizeBytes]).to.deep.equal([
      'A poster',
      'poster.png',
      picture.length,
    ])
    // A client that lost the answer asks again, and nothing happens twice.
    expect((await patch(where, picture.length, new Uint8Array())).status).to.equal(204)
    expect((await send('HEAD', where)).headers.get('upload-offset')).to.equal(String(picture.length))
    expect((await readdir(folder.path())).filter((name) => name.startsWith('up_'))).to.deep.equal([])
  })

  it('says from its creation on when it expires', async () => {
    const hoursLeft = ({ headers }: Response): number =>
      Math.round((Date.parse(headers.get('upload-expires') ?? '') - Date.now()) / 3_600_000)
    const begun = await send('POST', '/api/1/uploads/tus', lengthOf(picture.length))
    const where = String(begun.headers.get('location'))
    const replies = [begun, await patch(where, 0, picture.subarray(0, 5000)), await send('HEAD', where)]
    expect(replies.map(hoursLeft)).to.deep.equal([24, 24, 24])
    const withBytes = await send(
      'POST',
      '/api/1/uploads/tus',
      { ...lengthOf(picture.length), ...offsetType },
      picture.subarray(0, 3000),
    )
    expect(hoursLeft(withBytes)).to.equal(24)
  })

  it('may bring its bytes with its creation, and its length later', async () => {
    const where = await begin({ 'Upload-Defer-Length': '1', ...offsetType }, picture.subarray(0, 3000))
    expect((await send('HEAD', where)).headers.get('upload-defer-length')).to.equal('1')
    const reply = await patch(where, 3000, picture.subarray(3000), lengthOf(picture.length))
    expect(reply.status).to.equal(204)
    expect((await stored(where)).kind).to.equal('image')
  })

  it('may have empty metadata, which tuspy sends if it is given none', async () => {
    const where = await begin({ ...lengthOf(10), 'Upload-Metadata': '' })
    const head = await send('HEAD', where)
    expect([head.status, head.headers.get('upload-metadata')]).to.deep.equal([200, null])
  })

  it('answers what the protocol does not permit with an error of its own kind', async () => {
    const where = await begin(lengthOf(10))
    const replies: ReadonlyArray<readonly [Promise<Response>, number]> = [
      [send('POST', '/api/1/uploads/tus', { ...lengthOf(1), 'Tus-Resumable': '0.2.2' }), 412],
      [send('POST', '/api/1/uploads/tus'), 400],
      [send('POST', '/api/1/uploads/tus', { 'Upload-Length': '-1' }), 400],
      [send('POST', '/api/1/uploads/tus', { 'Upload-Length': '1e3' }), 400],
      [send('POST', '/api/1/uploads/tus', lengthOf(51 * 1024 ** 3)), 413],
      [send('POST', '/api/1/uploads/tus', { ...lengthOf(5), 'Upload-Metadata': 'a b c' }), 400],
      [
        send('POST', '/api/1/uploads/tus', { ...lengthOf(5), 'Upload-Metadata': `metadata ${btoa('[')}` }),
        422,
      ],
      [send('PATCH', where, { 'Upload-Offset': '0' }, new Uint8Array(5)), 415],
      [send('PATCH', where, offsetType, new Uint8Array(5)), 400],
      [patch(where, 3, new Uint8Array(5)), 409],
      [patch(where, 0, new Uint8Array(11)), 413],
      [patch('/api/1/uploads/tus/up_none', 0, new Uint8Array(5)), 404],
      [patch('/api/1/uploads/tus/..%2fa', 0, new Uint8Array(5)), 404],
      [send('HEAD', '/api/1/uploads/tus/up_none'), 404],
      [send('PUT', where), 405],
    ]
    for (const [reply, status] of replies) expect((await reply).status).to.equal(status)
  })

  it('belongs to its admin alone, who may end it', async () => {
    const where = await begin(lengthOf(10))
    await patch(where, 0, new Uint8Array(5))
    const ann = token
    token = await tokenOf('bob')
    for (const method of ['HEAD', 'DELETE']) expect((await send(method, where)).status).to.equal(404)
    expect((await patch(where, 5, new Uint8Array(5))).status).to.equal(404)
    token = ann
    expect((await send('DELETE', where)).status).to.equal(204)
    expect((await send('HEAD', where)).status).to.equal(404)
    expect((await readdir(folder.path())).filter((name) => name.startsWith('up_'))).to.deep.equal([])
  })

  it('is continued by a second request while the first hangs', async () => {
    const where = await begin(lengthOf(picture.length))
    const hanging = connect(server.port, '127.0.0.1')
    hanging.on('error', () => undefined)
    hanging.write(
      `PATCH ${where} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${token}\r\nTus-Resumable: 1.0.0\r\n` +
        `Content-Type: application/offset+octet-stream\r\nUpload-Offset: 0\r\nContent-Length: ${picture.length}\r\n\r\n`,
    )
    hanging.write(picture.subarray(0, 6000))
    const path = join(folder.path(), where.split('/').at(-1) ?? '')
    await pollUntilDefined(async () =>
      (await stat(path).catch(() => null))?.size === 6000 ? true : undefined,
    )
    expect((await send('HEAD', where)).headers.get('upload-offset')).to.equal('6000')
    expect((await patch(where, 6000, picture.subarray(6000))).status).to.equal(204)
    hanging.destroy()
    await stored(where)
  })

  it('arrives whole by tus-js-client over a network that cuts each connection', async () => {
    const bytes = Buffer.concat([picture, Buffer.alloc(300_000, 7)])
    const proxy = await startUploadProxy(server.base)
    proxy.cutEachAfter(120_000)
    let cuts = 0
    const url = await new Promise<string>((resolve, reject) => {
      const upload = new Upload(bytes, {
        endpoint: `${proxy.base}/api/1/uploads/tus`,
        headers: { authorization: `Bearer ${token}` },
        metadata: { filename: 'long.png' },
        retryDelays: Array(20).fill(10),
        onShouldRetry: () => {
          cuts += 1
          return true
        },
        onError: reject,
        onSuccess: () => resolve(String(upload.url)),
      })
      upload.start()
    })
    proxy.close()
    expect(cuts).to.be.above(1)
    const { uid } = await stored(new URL(url).pathname)
    expect((await right(larder.library.find(String(uid)))).sizeBytes).to.equal(bytes.length)
  })
})
