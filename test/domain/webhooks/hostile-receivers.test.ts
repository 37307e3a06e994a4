import type { ServerResponse } from 'node:http'
import { expect } from 'chai'
import { webhookLimits } from '../../../src/domain/webhooks/webhook.ts'
import { makeSenderScene, startSender } from '../../support/sender-scene.ts'
import { type Receiver, startReceiver } from '../../support/webhook-receiver.ts'

/** Answers with so much as the connection takes. Counts what was sent. */
const flood = (res: ServerResponse, status: number, count: (bytes: number) => void): void => {
  const piece = Buffer.alloc(65_536, 0x78)
  res.writeHead(status)
  const more = (): void => {
    if (res.destroyed) return
    count(piece.length)
    res.write(piece, more)
  }
  more()
}

describe('a receiver of webhooks', () => {
  let receiver: Receiver
  let sent: number
  let drips: NodeJS.Timeout[]
  const drip = (res: ServerResponse, write: () => void): void => {
    const timer = setInterval(() => (res.destroyed ? clearInterval(timer) : write()), 20)
    drips.push(timer)
  }

  before(async () => {
    receiver = await startReceiver({
      '/silent': () => undefined,
      '/flood': (res) =>
        flood(res, 200, (bytes) => {
          sent += bytes
        }),
      '/flood-500': (res) =>
        flood(res, 500, (bytes) => {
          sent += bytes
        }),
      '/drip': (res) => {
        res.writeHead(200)
        res.write('a')
        drip(res, () => res.write('b'))
      },
      '/drip-headers': (res) => {
        res.socket?.write('HTTP/1.1 200 OK\r\n')
        drip(res, () => res.socket?.write('a: b\r\n'))
      },
      '/redirect': (res) => res.writeHead(307, { location: '/target' }).end(),
      '/see-other': (res) => res.writeHead(303, { location: '/target' }).end(),
      '/broken-off': (res) => {
        res.writeHead(200, { 'content-length': '100' })
        res.write('half', () => res.destroy())
      },
      '/reset': (res) => res.socket?.resetAndDestroy(),
      '/binary': (res) => res.writeHead(400).end(Buffer.from([0x61, 0, 0xff, 0xc3])),
      '/cut-character': (res) => res.writeHead(400).end('é'.repeat(1000)),
      '/no-http': (res) => res.socket?.end('hello\r\n\r\n'),
    })
  })
  beforeEach(() => {
    sent = 0
    drips = []
    receiver.received.length = 0
  })
  afterEach(() => {
    for (const timer of drips) clearInterval(timer)
  })
  after(() => receiver.close())

  /** Sends one message, and returns what is stored about it. */
  const send = async (url: string) => {
    const scene = makeSenderScene()
    await scene.add(url)
    scene.addEvent('media.ready')
    const { timer, stop, failures } = startSender(scene, { tryMs: 300 })
    await timer.idle(() => scene.all()[0]?.tries === 1 && scene.all()[0]?.leaseToken === null)
    await stop()
    expect(failures).to.deep.equal([])
    const { state, status, answer, error } = scene.all()[0] ?? expect.fail()
    return { state, status, answer, error }
  }
  const sendTo = (path: string) => send(`${receiver.base}${path}`)

  it('that hangs has failed after the time of a try', async () => {
    const late = 'the server cannot be reached, or has an address that is not public'
    for (const path of ['/silent', '/drip-headers'])
      expect(await sendTo(path), path).to.deep.equal({
        state: 'waiting',
        status: null,
        answer: null,
        error: late,
      })
  })

  it('that answers without an end is read to its first kilobyte', async () => {
    const flooded = await sendTo('/flood')
    expect(flooded).to.deep.equal({
      state: 'delivered',
      status: 200,
      answer: 'x'.repeat(webhookLimits.answerBytes),
      error: null,
    })
    expect((await sendTo('/flood-500')).answer).to.have.length(webhookLimits.answerBytes)
    expect(sent).to.be.lessThan(50_000_000)
  })

  it('has accepted a message with its status, although the rest of its answer drips or breaks off', async () => {
    const dripping = await sendTo('/drip')
    expect(dripping).to.include({ state: 'delivered', status: 200 })
    expect(dripping.answer).to.match(/^ab{1,100}$/)
    expect(await sendTo('/broken-off')).to.include({ state: 'delivered', answer: 'half' })
  })

  it('that redirects gets nothing at the new address', async () => {
    expect(await sendTo('/redirect')).to.include({
      state: 'waiting',
      status: 307,
      error: 'the answer was a redirect (307), which is not followed',
    })
    expect(await sendTo('/see-other')).to.include({ state: 'waiting', status: 303 })
    expect(receiver.at('/target')).to.deep.equal([])
  })

  it('that sends no text or no HTTP, or ends the connection, is tried again', async () => {
    expect(await sendTo('/binary')).to.include({ status: 400, answer: 'a\ufffd\ufffd' })
    expect((await sendTo('/cut-character')).answer).to.equal('é'.repeat(512))
    for (const path of ['/reset', '/no-http'])
      expect(await sendTo(path), path).to.include({ state: 'waiting', status: null, answer: null })
  })

  it('with an address that is not public is not connected to', async () => {
    for (const url of [
      'http://private.test/',
      'http://mixed.test/',
      'http://10.0.0.1/',
      'http://[::ffff:10.0.0.1]/',
      'http://169.254.169.254/latest/meta-data',
      'http://good.test:6379/',
      'http://unknown.test/',
    ])
      expect(await send(url), url).to.include({ state: 'waiting', status: null })
    expect(receiver.received).to.deep.equal([])
  })
})
