import { expect } from 'chai'
import { right } from '../support/expect-right.ts'
import { seedImage } from '../support/library.ts'
import { bearer, createMemoryLarder, listen } from '../support/memory-larder.ts'

/** Creates a Larder whose database withholds its results until the test releases them. */
const createSlowLarder = async () => {
  const whole = await createMemoryLarder()
  let open = (): void => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  let queryCount = 0
  const slow: typeof whole.imageFiles.listExports = (uid) => async () => {
    queryCount += 1
    await opened
    return whole.imageFiles.listExports(uid)()
  }
  const larder = await createMemoryLarder({
    tokens: whole.tokens,
    store: whole.store,
    imageFiles: { ...whole.imageFiles, listExports: slow },
  })
  return { larder, whole, open: () => open(), queryCount: () => queryCount }
}

describe('overload (§13.2) [V28]', () => {
  it('gives queued requests 503 with Retry-After; health checks and cache hits are served', async () => {
    const { larder, whole, open, queryCount } = await createSlowLarder()
    const limits = { inFlight: 2, waiting: 3, waitMilliseconds: 200 }
    const server = await listen(larder, undefined, limits)
    const images = await Promise.all(Array.from({ length: 8 }, () => seedImage(whole)))
    const lists = images.map(({ uid, jwt }) => `/api/1/image_files/playlist/${uid}?jwt=${jwt}`)
    const bytes = `/api/1/image_files/image/${images[0]?.exports[0]?.uid}.webp?jwt=${images[0]?.jwt}`
    expect((await server.get(bytes)).status).to.equal(200)

    const waiting = lists.map((list) => server.get(list))
    const refused = await Promise.all(waiting.slice(2))
    for (const response of refused) {
      expect(response.status).to.equal(503)
      expect(response.headers.get('retry-after')).to.match(/^\d+$/)
      expect(response.headers.get('access-control-allow-origin')).to.equal('*')
      expect(await response.json()).to.include({ type: 'overloaded' })
    }
    expect(queryCount()).to.equal(2)
    expect((await server.get('/healthz')).status).to.equal(200)
    expect((await server.get('/readyz')).status).to.equal(200)
    expect((await server.get(bytes)).status, 'replayed').to.equal(200)
    expect((await server.get(bytes, { method: 'HEAD' })).status, 'by the routes').to.equal(200)

    await right(larder.admins.setAdmin('zoë', true))
    const admin = bearer(await right(larder.admins.mintIdToken('zoë')))
    open()
    expect((await Promise.all(waiting)).slice(0, 2).map(({ status }) => status)).to.deep.equal([200, 200])
    const { traffic } = (await (await server.get('/api/1/admin/cache', admin)).json()) as {
      traffic: { requests: Record<string, number>; connections: Record<string, number> }
    }
    expect(traffic.requests).to.include({ waiting: 0, refused_full: 3, refused_waited: 3 })
    expect(traffic.connections.open).to.be.above(0)
    for (const list of lists) expect((await server.get(list)).status).to.equal(200)
    await server.close()
  })
})
