import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { expect } from 'chai'
import type { Load } from '../../bench/load/load.ts'
import { measureByWrk, wrkVersion } from '../../bench/load/wrk.ts'
import { wrkScript } from '../../bench/load/wrk-script.ts'
import { isInstalled } from '../support/is-installed.ts'

const load: Load = {
  host: '127.0.0.1',
  port: 1,
  paths: ['/a?x=1', '/b'],
  headers: { Authorization: 'bearer x' },
  connections: 3,
  repliesEach: null,
  warmupSeconds: 0,
  seconds: 1,
  status: 200,
  serverPid: process.pid,
}

describe('the script for wrk', () => {
  it('escapes characters that would end a string of Lua', () => {
    const script = wrkScript({ ...load, headers: { 'X-Odd': 'a"b\\c\n' } }, false)
    expect(script).to.include('wrk.headers["X-Odd"] = "a\\034b\\092c\\010"')
  })

  it('calls Lua for each reply only to check its status', () => {
    expect(wrkScript(load, true)).to.include('function response(status)').and.include('status ~= 200')
    expect(wrkScript(load, false)).to.not.include('function response')
  })

  it('calls Lua for each request only if there are several paths', () => {
    expect(wrkScript(load, false)).to.include('function request()')
    expect(wrkScript({ ...load, paths: ['/a'] }, false)).to.not.include('function request()')
  })
})

const whereInstalled = isInstalled('wrk') ? describe : null
whereInstalled?.('the load by wrk', () => {
  let server: Server

  const serve = async (listener: RequestListener): Promise<Load> => {
    server = createServer(listener).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    return { ...load, port: typeof address === 'object' && address !== null ? address.port : 0 }
  }
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })

  it('requests each path in turn, with the headers, and counts replies and bytes', async () => {
    const counts = new Map<string | undefined, number>()
    const authorizations = new Set<string | undefined>()
    const { measured, cpuSeconds } = await measureByWrk(
      await serve((req, res) => {
        counts.set(req.url, (counts.get(req.url) ?? 0) + 1)
        authorizations.add(req.headers.authorization)
        res.end('x'.repeat(1000))
      }),
    )
    const [a = 0, b = 0, ...others] = ['/a?x=1', '/b'].map((path) => counts.get(path))
    expect(others).to.have.length(0)
    expect(counts.size).to.equal(2)
    expect(Math.abs(a - b)).to.be.at.most(load.connections)
    expect([...authorizations]).to.deep.equal(['bearer x'])
    const { generator, responses, errors, bytes, latency, seconds } = measured
    expect({ generator, errors }).to.deep.equal({ generator: 'wrk', errors: 0 })
    // Requests that are in flight at the end are not counted.
    expect(a + b - responses).to.be.within(0, load.connections)
    expect(bytes).to.be.greaterThan(responses * 1000)
    expect(seconds).to.be.greaterThan(0.9)
    expect(latency.p50).to.be.greaterThan(0).and.at.most(latency.max)
    expect(cpuSeconds).to.be.greaterThan(0)
  })

  it('counts another status as an error, also a successful one, and also in the warm-up', async () => {
    const noContent = await measureByWrk(await serve((_, res) => res.writeHead(204).end()))
    expect(noContent.measured.responses).to.equal(0)
    expect(noContent.measured.errors).to.be.greaterThan(0)
    server.close()
    const checked = { ...(await serve((_, res) => res.writeHead(204).end())), warmupSeconds: 1 }
    expect((await measureByWrk(checked)).measured.errors).to.be.greaterThan(0)
  })

  it('counts a broken connection as an error', async () => {
    let requested = 0
    const { measured } = await measureByWrk(
      await serve((req, res) => {
        requested += 1
        if (requested % 100 === 5) req.socket.destroy()
        else res.end('x')
      }),
    )
    expect(measured.errors).to.be.greaterThan(0)
    expect(measured.responses).to.be.greaterThan(measured.errors)
  })

  it('fails if no server answers', async () => {
    const gone = await serve((_, res) => res.end('x'))
    server.close()
    await once(server, 'close')
    const failure = await measureByWrk(gone).catch((error: unknown) => error)
    expect(failure).to.be.an('error')
  })

  it('has a version', async () => {
    expect(await wrkVersion()).to.match(/^wrk \S+/)
  })
})
