import { createServer as createTcpServer } from 'node:net'
import { expect } from 'chai'
import { createHttpOutbound } from '../../../src/adapters/http/http-outbound.ts'
import { outboundFaultOf } from '../../../src/domain/shared/outbound-fault.ts'
import type { OutboundRequest, OutboundResponse } from '../../../src/ports/outbound.ts'
import { left, right } from '../../support/expect-right.ts'
import {
  foreignBody,
  listenLocally,
  outboundLimits,
  outboundRequest,
  resolveTestName,
  withForeignServers,
} from '../../support/foreign-servers.ts'

/** Reads the body, and returns the reason why it failed. */
const faultOfBody = async (response: OutboundResponse): Promise<string | undefined> => {
  try {
    await foreignBody(response)
    return 'no fault'
  } catch (cause) {
    return outboundFaultOf(cause)?.reason
  }
}

describe('requests to servers that callers name', () => {
  const { servers, outbound, faultOf } = withForeignServers()

  it('return status, headers and body, whatever the status', async () => {
    const plain = await right(outbound(outboundRequest(`${servers().urls.http}/plain`)))
    expect(plain).to.include({ status: 200, length: 5 })
    expect(await foreignBody(plain)).to.equal('hello')
    const gone = await right(outbound(outboundRequest(`${servers().urls.http}/gone`)))
    expect(gone.status).to.equal(410)
    expect(await foreignBody(gone)).to.equal('not here')
    const stay = await right(outbound(outboundRequest(`${servers().urls.http}/no-location`)))
    expect(stay.status).to.equal(302)
    stay.close()
  })

  it('send a body with POST, and headers that cannot ask for a coding', async () => {
    const sent = { method: 'POST', body: Buffer.from('{"a":1}') } as const
    const echo = await right(outbound(outboundRequest(`${servers().urls.http}/echo`, sent)))
    expect(echo).to.include({ status: 201 })
    expect(echo.headers).to.include({ 'set-cookie': 'a=1, b=2' })
    expect(await foreignBody(echo)).to.equal('{"a":1}')
    const headers = { 'x-id': '7', 'accept-encoding': 'gzip' }
    const answer = await right(outbound(outboundRequest(`${servers().urls.http}/headers`, { headers })))
    expect(JSON.parse(await foreignBody(answer))).to.include({ 'x-id': '7', 'accept-encoding': 'identity' })
  })

  it('go over TLS to a name, whose certificate is checked', async () => {
    const answer = await right(outbound(outboundRequest(`${servers().urls.https}/plain`)))
    expect(await foreignBody(answer)).to.equal('hello')
    expect(await faultOf(`https://other.test:${servers().ports.https}/plain`)).to.equal('tls')
    const distrustful = createHttpOutbound({ resolveName: resolveTestName, exceptions: ['127.0.0.1'] })
    expect((await left(distrustful(outboundRequest(`${servers().urls.https}/plain`)))).reason).to.equal('tls')
  })

  it('follow as many redirects as they may, and never from https to http', async () => {
    expect(
      await foreignBody(await right(outbound(outboundRequest(`${servers().urls.http}/hops/5`)))),
    ).to.equal('hello')
    expect(await faultOf(`${servers().urls.http}/hops/6`)).to.equal('redirect')
    expect(await faultOf(`${servers().urls.http}/loop`)).to.equal('redirect')
    expect(await faultOf(`${servers().urls.https}/downgrade`)).to.equal('redirect')
    const upgraded = await right(
      outbound(
        outboundRequest(`${servers().urls.http}/to/${encodeURIComponent(`${servers().urls.https}/plain`)}`),
      ),
    )
    expect(await foreignBody(upgraded)).to.equal('hello')
  })

  it('return a redirect that they may not follow', async () => {
    servers().seen.length = 0
    for (const changed of [{ maxRedirects: 0 }, { method: 'POST' as const }]) {
      const answer = await right(outbound(outboundRequest(`${servers().urls.http}/loop`, changed)))
      expect(answer).to.deep.include({ status: 302 })
      answer.close()
    }
    expect(servers().seen).to.deep.equal(['/loop', '/loop'])
  })

  it('give the headers of the caller to no other origin', async () => {
    const there = encodeURIComponent(`http://other.test:${servers().ports.http}/headers`)
    const headers = { authorization: 'bearer secret' }
    const answer = await right(outbound(outboundRequest(`${servers().urls.http}/to/${there}`, { headers })))
    expect(JSON.parse(await foreignBody(answer))).not.to.have.any.keys('authorization', 'referer', 'cookie')
    expect(servers().sentHeaders[0]).to.include('bearer secret')
  })

  it('end after the maximum size', async () => {
    expect(await faultOf(`${servers().urls.http}/long`)).to.equal('too_large')
    expect(
      await faultOfBody(await right(outbound(outboundRequest(`${servers().urls.http}/endless`)))),
    ).to.equal('too_large')
    for (const path of ['/long', '/endless']) {
      const shortened = { ...outboundLimits, maxBytes: 7000, longerBody: 'is cut' as const }
      const answer = await right(outbound(outboundRequest(servers().urls.http + path, { limits: shortened })))
      expect(await foreignBody(answer)).to.equal('#'.repeat(7000))
    }
  })

  it('end when a server takes too long', async () => {
    const slow = (changed: Partial<OutboundRequest['limits']>) => ({
      limits: { ...outboundLimits, ...changed },
    })
    expect(await faultOf(`${servers().urls.http}/silent`, slow({ headersMs: 100 }))).to.equal('time_out')
    expect(await faultOf(`${servers().urls.http}/silent`, slow({ totalMs: 100 }))).to.equal('time_out')
    expect(await faultOf(`${servers().urls.http}/early-hints`, slow({ headersMs: 300 }))).to.equal('time_out')
    // A server that accepts connections, and sends nothing of TLS.
    const mute = createTcpServer(() => undefined)
    const mutePort = await listenLocally(mute)
    expect(await faultOf(`https://127.0.0.1:${mutePort}/`, slow({ connectMs: 100 }))).to.equal('time_out')
    mute.close()
    const stalled = await right(
      outbound(outboundRequest(`${servers().urls.http}/half`, slow({ idleMs: 100 }))),
    )
    expect(await faultOfBody(stalled)).to.equal('stalled')
    const late = await right(
      outbound(outboundRequest(`${servers().urls.http}/half`, slow({ totalMs: 1000 }))),
    )
    expect(await faultOfBody(late)).to.equal('stalled')
  })

  it('end when a name is not resolved in time, or at all', async () => {
    const hanging = createHttpOutbound({ resolveName: () => new Promise(() => undefined), exceptions: [] })
    const quick = { limits: { ...outboundLimits, connectMs: 100 } }
    expect((await left(hanging(outboundRequest('http://good.test/', quick)))).reason).to.equal('time_out')
    expect(await faultOf('http://missing.test/')).to.equal('unresolved')
    expect(await faultOf('http://none.test/')).to.equal('unresolved')
  })

  it('end when the caller no longer waits', async () => {
    const abort = new AbortController()
    const running = left(outbound(outboundRequest(`${servers().urls.http}/silent`, { signal: abort.signal })))
    abort.abort()
    expect((await running).reason).to.equal('stopped')
    expect(await faultOf(`${servers().urls.http}/plain`, { signal: abort.signal })).to.equal('stopped')
    const reading = new AbortController()
    const half = await right(
      outbound(outboundRequest(`${servers().urls.http}/half`, { signal: reading.signal })),
    )
    const fault = faultOfBody(half)
    reading.abort()
    expect(await fault).to.equal('stopped')
  })

  it('report a broken connection and what is no HTTP', async () => {
    const broken = await right(outbound(outboundRequest(`${servers().urls.http}/broken-off`)))
    expect(await faultOfBody(broken)).to.equal('broken_off')
    const tcp = createTcpServer((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', () => socket.end('this is no HTTP\r\n\r\n'))
    })
    expect(await faultOf(`http://127.0.0.1:${await listenLocally(tcp)}/`)).to.equal('invalid_answer')
    tcp.close()
  })

  it('close the connection of a body that is not read to its end', async () => {
    const gone = new Promise((resolve) =>
      servers().http.once('request', (_, res) => res.once('close', resolve)),
    )
    const large = { limits: { ...outboundLimits, maxBytes: 1e9 } }
    for await (const _ of (await right(outbound(outboundRequest(`${servers().urls.http}/endless`, large))))
      .body)
      break
    await gone
  })
  it('report a port at which no server listens', async () => {
    const closed = createTcpServer()
    const port = await listenLocally(closed)
    await new Promise((resolve) => closed.close(resolve))
    expect(await faultOf(`http://127.0.0.1:${port}/?key=secret`)).to.equal('refused')
  })
})
