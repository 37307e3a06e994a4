import { expect } from 'chai'
import type { Larder } from '../../src/composition/larder.ts'
import { type Connection, stalledMilliseconds } from '../../src/server/connections.ts'
import { right } from '../support/expect-right.ts'
import { type SeededImage, seedImage } from '../support/library.ts'
import { bearer, createMemoryLarder, listen, type TestServer } from '../support/memory-larder.ts'
import { pseudoRandomBytes } from '../support/origins.ts'
import { openRaw, rawRequest } from '../support/raw-exchange.ts'

/** A body that exceeds the socket buffers for a client that does not read. */
const bytes = pseudoRandomBytes(24 * 2 ** 20)

describe('a client that accepts no byte of its reply (§13.2) [V29]', () => {
  let larder: Larder
  let server: TestServer
  let image: SeededImage
  let admin: RequestInit

  before(async () => {
    larder = await createMemoryLarder()
    image = await seedImage(larder, [bytes, pseudoRandomBytes(200_000)])
    server = await listen(larder, undefined, { stallMilliseconds: 3000 })
    await right(larder.admins.setAdmin('zoë', true))
    admin = bearer(await right(larder.admins.mintIdToken('zoë')))
  })
  after(() => server.close())

  const stalled = async (): Promise<number> => {
    const body = await (await server.get('/api/1/admin/cache', admin)).json()
    return (body as { traffic: { connections: { stalled: number } } }).traffic.connections.stalled
  }

  const request = (at: number, headers: ReadonlyArray<string> = []) =>
    rawRequest('GET', `/api/1/image_files/image/${image.exports[at]?.uid}.webp?jwt=${image.jwt}`, headers)

  /** Sends a request, reads nothing, and waits for the reset. Returns whether the reply was truncated. */
  const isCut = async (text: string, wholeBytes = bytes.length): Promise<boolean> => {
    const before = await stalled()
    const connection = openRaw(server.port)
    connection.socket.pause()
    connection.send(text)
    while ((await stalled()) === before) await new Promise((resolve) => setTimeout(resolve, 20))
    connection.socket.resume()
    await connection.closed
    return connection.received().length < wholeBytes
  }

  it('is disconnected during a streamed reply', async () => {
    expect(await isCut(request(0))).to.equal(true)
  })

  it('is disconnected during a replayed reply or a range of one', async () => {
    const whole = await server.get(`/api/1/image_files/image/${image.exports[0]?.uid}.webp?jwt=${image.jwt}`)
    expect((await whole.arrayBuffer()).byteLength).to.equal(bytes.length)
    expect(await isCut(request(0))).to.equal(true)
    expect(await isCut(request(0, ['Range: bytes=1-']))).to.equal(true)
    expect(await isCut(request(0, ['Range: bytes=0-9999999,12000000-23000000']), 21_000_001)).to.equal(true)
  })

  it('is disconnected while many replies are queued on its connection', async () => {
    expect(await isCut(request(1).repeat(200), 200 * 200_000)).to.equal(true)
  })

  it('stays connected while it accepts some bytes', () => {
    const connection = { writableLength: 0, bytesWritten: 0, _handle: { writeQueueSize: 0 } }
    const at = (now: number, state: Partial<typeof connection>) =>
      stalledMilliseconds(Object.assign(connection, state) as unknown as Connection, now)
    expect(at(0, {}), 'nothing waits').to.equal(0)
    expect(at(10, { writableLength: 900, bytesWritten: 900, _handle: { writeQueueSize: 500 } })).to.equal(0)
    expect(at(20, {}), 'none taken').to.equal(10)
    expect(at(30, { _handle: { writeQueueSize: 400 } }), 'some of a write taken').to.equal(0)
    expect(at(40, { writableLength: 1200, bytesWritten: 1200 }), 'only more is written').to.equal(10)
    expect(at(50, { writableLength: 800, _handle: { writeQueueSize: 800 } }), 'a write taken').to.equal(0)
    expect(at(60, { writableLength: 0 }), 'all taken').to.equal(0)
    expect(at(70, { writableLength: 800, bytesWritten: 2000 }), 'more waits').to.equal(0)
    expect(at(90, {}), 'none taken again').to.equal(20)
  })
})
