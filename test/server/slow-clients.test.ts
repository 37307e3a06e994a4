import { expect } from 'chai'
import type { Larder } from '../../src/composition.ts'
import { right } from '../support/expect-right.ts'
import { type SeededImage, seedImage } from '../support/library.ts'
import { bearer, createMemoryLarder, listen, type TestServer } from '../support/memory-larder.ts'
import { someBytes } from '../support/origins.ts'
import { openRaw, rawRequest } from '../support/raw-exchange.ts'

/** More than the system takes for a client that does not read. */
const bytes = someBytes(24 * 2 ** 20)

describe('a client that takes no byte of its reply (§13.2) [V29]', () => {
  let larder: Larder
  let server: TestServer
  let image: SeededImage
  let admin: RequestInit

  before(async () => {
    larder = await createMemoryLarder()
    image = await seedImage(larder, [bytes, someBytes(200_000)])
    server = await listen(larder, undefined, { stallMilliseconds: 500 })
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

  /** Asks, reads nothing, and waits until the server has cut the connection; gives whether it counted that. */
  const isCut = async (text: string): Promise<boolean> => {
    const before = await stalled()
    const connection = openRaw(server.port)
    connection.socket.pause()
    connection.send(text)
    while ((await stalled()) === before) await new Promise((resolve) => setTimeout(resolve, 20))
    connection.socket.resume()
    await connection.closed
    return connection.received().length < text.length * 1e6
  }

  it('is cut while a stream is sent to it', async () => {
    expect(await isCut(request(0))).to.equal(true)
  })

  it('is cut while a kept reply, or a range of it, is sent to it', async () => {
    expect(
      (await server.get(`/api/1/image_files/image/${image.exports[0]?.uid}.webp?jwt=${image.jwt}`)).status,
    ).to.equal(200)
    expect(await isCut(request(0))).to.equal(true)
    expect(await isCut(request(0, ['Range: bytes=1-']))).to.equal(true)
    expect(await isCut(request(0, ['Range: bytes=0-9999999,12000000-23000000']))).to.equal(true)
  })

  it('is cut while many replies wait for it on one connection', async () => {
    expect(await isCut(request(1).repeat(100))).to.equal(true)
  })

  it('is left alone while it takes some', async () => {
    const before = await stalled()
    const connection = openRaw(server.port)
    connection.socket.pause()
    connection.send(request(0))
    for (let time = 0; time < 8; time += 1) {
      await new Promise((resolve) => setTimeout(resolve, 200))
      const wanted = connection.received().length + 1_500_000
      connection.socket.resume()
      await connection.until((wire) => wire.length >= wanted)
      connection.socket.pause()
    }
    connection.socket.resume()
    await connection.until((wire) => wire.length > bytes.length)
    expect(await stalled()).to.equal(before)
    connection.socket.destroy()
  })
})
