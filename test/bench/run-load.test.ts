import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { expect } from 'chai'
import fc from 'fast-check'
import { percentilesOf } from '../../bench/load/latencies.ts'
import type { Load } from '../../bench/load/load.ts'
import { runLoad } from '../../bench/load/run-load.ts'

describe('the load generator', () => {
  let server: Server

  const serve = async (listener: RequestListener): Promise<Load> => {
    server = createServer(listener).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    return {
      host: '127.0.0.1',
      port,
      paths: ['/a', '/b'],
      headers: { Authorization: 'bearer x' },
      connections: 3,
      repliesEach: null,
      warmupSeconds: 0,
      seconds: 0.2,
      status: 200,
      serverPid: null,
    }
  }
  afterEach(() => server.close())

  it('counts the replies and bytes that the server sent, and requests each path in turn', async () => {
    const requested: string[] = []
    const authorizations = new Set<string | undefined>()
    const load = await serve((req, res) => {
      requested.push(req.url ?? '')
      authorizations.add(req.headers.authorization)
      res.end('x'.repeat(1000))
    })
    const {
      measured: { responses, bytes, errors, seconds, firstByte, latency },
    } = await runLoad(load)

    // Requests that are in flight at the end were sent, but are not counted.
    expect(requested.length - responses).to.be.within(0, load.connections)
    expect(responses).to.be.greaterThan(0)
    expect({ bytes, errors, seconds }).to.deep.equal({ bytes: responses * 1000, errors: 0, seconds: 0.2 })
    expect(requested.filter((path) => path === '/a').length).to.be.closeTo(requested.length / 2, 1)
    expect([...authorizations]).to.deep.equal(['bearer x'])
    expect(firstByte.p50).to.be.greaterThan(0).and.at.most(latency.p50)
    expect(latency.p50).to.be.at.most(latency.max)
  })

  it('counts no replies of the warm-up', async () => {
    let requested = 0
    const load = await serve((_, res) => {
      requested += 1
      res.end('x')
    })
    const {
      measured: { responses },
    } = await runLoad({ ...load, warmupSeconds: 0.2 })
    expect(responses).to.be.within(1, requested - 1)
  })

  it('sends as many requests on each connection as it is configured to, and no more', async () => {
    let requested = 0
    const load = await serve((_, res) => {
      requested += 1
      res.end('x')
    })
    const {
      measured: { responses, seconds },
    } = await runLoad({ ...load, connections: 50, repliesEach: 2, seconds: 60 })
    expect({ requested, responses }).to.deep.equal({ requested: 100, responses: 100 })
    expect(seconds).to.be.lessThan(60)
  })

  it('distinguishes the time of the first byte from that of the last', async () => {
    const load = await serve((_, res) => {
      res.writeHead(200, { 'Content-Length': 2 }).write('x')
      setTimeout(() => res.end('y'), 20)
    })
    const {
      measured: { firstByte, latency },
    } = await runLoad({ ...load, repliesEach: 20 })
    expect(latency.p50).to.be.greaterThan(firstByte.p50)
  })

  it('never has more requests in flight than connections', async () => {
    let underway = 0
    let most = 0
    const load = await serve((_, res) => {
      underway += 1
      most = Math.max(most, underway)
      setImmediate(() => {
        underway -= 1
        res.end('x')
      })
    })
    await runLoad(load)
    expect(most).to.be.within(1, load.connections)
  })

  it('counts another status as an error, and does not count its bytes', async () => {
    const load = await serve((_, res) => res.writeHead(403, { 'Content-Length': 2 }).end('no'))
    const {
      measured: { responses, bytes, errors },
    } = await runLoad(load)
    expect({ responses, bytes }).to.deep.equal({ responses: 0, bytes: 0 })
    expect(errors).to.be.greaterThan(0)
  })

  it('counts a broken connection as an error, and continues with a new one', async () => {
    let requested = 0
    const load = await serve((req, res) => {
      requested += 1
      if (requested % 10 === 5) req.socket.destroy()
      else res.end('x')
    })
    const {
      measured: { responses, errors },
    } = await runLoad(load)
    expect(responses).to.be.greaterThan(errors)
    expect(errors).to.be.greaterThan(0)
  })

  it('reports a reply that it cannot parse instead of counting it', async () => {
    const load = await serve((_, res) => res.writeHead(200, { 'Transfer-Encoding': 'chunked' }).end('x'))
    const failure = await runLoad(load).catch((error: unknown) => error)
    expect(failure).to.be.an('error').with.property('message').that.includes('unknown length')
  })

  it('fails if no server answers', async () => {
    const load = await serve((_, res) => res.end('x'))
    server.close()
    await once(server, 'close')
    const failure = await runLoad({ ...load, seconds: 60 }).catch((error: unknown) => error)
    expect(failure).to.be.an('error').with.property('message').that.includes('no server answers')
  })
})

describe('percentiles', () => {
  it('have at least that share of all values at or below them, and are among the values', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 }), (values) => {
        const { p50, p90, p99, max } = percentilesOf(values)
        const share = (limit: number) => values.filter((value) => value <= limit).length / values.length
        expect(values).to.include.members([p50, p90, p99, max])
        expect(max).to.equal(Math.max(...values))
        expect(share(p50)).to.be.at.least(0.5)
        expect(share(p90)).to.be.at.least(0.9)
        expect(share(p99)).to.be.at.least(0.99)
      }),
    )
  })

  it('of no values are 0', () => {
    expect(percentilesOf([])).to.deep.equal({ p50: 0, p90: 0, p99: 0, max: 0 })
  })
})
