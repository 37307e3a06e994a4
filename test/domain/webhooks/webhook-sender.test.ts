import { expect } from 'chai'
import { unavailable } from '../../../src/domain/shared/errors.ts'
import { E } from '../../../src/fp.ts'
import type { Outbound } from '../../../src/ports/outbound.ts'
import { collectGarbage } from '../../support/collect-garbage.ts'
import { right } from '../../support/expect-right.ts'
import { localOutbound, makeSenderScene, startSender } from '../../support/sender-scene.ts'
import { type Receiver, startReceiver, verifiedBody } from '../../support/webhook-receiver.ts'

const hour = 3_600_000
const outage = unavailable('database')('it is away')

describe('the sender of webhooks', () => {
  let receiver: Receiver
  let release: (() => void)[]
  before(async () => {
    receiver = await startReceiver({
      '/fails': (res) => res.writeHead(500).end('no'),
      '/gone': (res) => res.writeHead(410).end(),
      '/hangs': (res) => {
        release.push(() => res.writeHead(204).end())
      },
    })
  })
  beforeEach(() => {
    release = []
    receiver.received.length = 0
  })
  after(() => receiver.close())

  it('sends messages that the package standardwebhooks accepts', async () => {
    const scene = makeSenderScene()
    const { secret } = await scene.add(`${receiver.base}/good`)
    const data = { uid: 'if_a', kind: 'image', title: 'Ünï 🦊', metadata: { a: ['\u2028', 1] } }
    scene.addEvent('media.ready', data)
    const { timer, stop } = startSender(scene)
    await timer.idle(() => scene.all()[0]?.state === 'delivered')
    const [message = expect.fail('nothing arrived')] = receiver.received
    const timestamp = new Date(scene.clock()).toISOString()
    expect(verifiedBody(secret, message)).to.deep.equal({ type: 'media.ready', timestamp, data })
    expect(message.headers).to.include({
      'content-type': 'application/json',
      'webhook-id': scene.all()[0]?.event,
      'webhook-timestamp': String(Math.floor(scene.clock() / 1000)),
    })
    expect(() => verifiedBody(secret, { ...message, body: `${message.body} ` })).to.throw()
    await stop()
  })

  it('keeps nothing of a message in memory that is sent', async () => {
    const scene = makeSenderScene()
    await scene.add(`${receiver.base}/good`)
    const signals: WeakRef<AbortSignal>[] = []
    const outbound: Outbound = (request) => {
      signals.push(new WeakRef(request.signal))
      request.signal.addEventListener('abort', () => undefined)
      return localOutbound(request)
    }
    const { timer, pass, stop } = startSender(scene, { outbound })
    await timer.idle(() => true)
    for (let sent = 1; sent <= 20; sent += 1) {
      scene.addEvent('media.ready')
      await pass(1000)
      await timer.idle(() => scene.all().every(({ state }) => state === 'delivered'))
    }
    expect(signals).to.have.length(20)
    await collectGarbage()
    expect(signals.filter((signal) => signal.deref() !== undefined).length).to.be.below(5)
    await stop()
  })

  it('signs with both secrets for a day after a rotation, and with the new one alone after that', async () => {
    const scene = makeSenderScene()
    const { uid, secret } = await scene.add(`${receiver.base}/good`)
    const next = `whsec_${Buffer.alloc(24, 7).toString('base64')}`
    await right(scene.webhooks.rotate(uid, next))
    scene.addEvent('media.ready')
    const { timer, stop } = startSender(scene)
    await timer.idle(() => scene.all()[0]?.state === 'delivered')
    for (const each of [secret, next]) verifiedBody(each, receiver.received[0] ?? expect.fail())
    expect(receiver.received[0]?.headers['webhook-signature']).to.match(/^v1,\S{44} v1,\S{44}$/)
    await stop()

    const later = makeSenderScene()
    const rotated = await later.add(`${receiver.base}/good`)
    await right(later.webhooks.rotate(rotated.uid, next))
    later.advance(24 * hour + 1)
    later.addEvent('media.ready')
    const second = startSender(later)
    await second.timer.idle(() => later.all()[0]?.state === 'delivered')
    expect(receiver.received[1]?.headers['webhook-signature']).to.match(/^v1,\S{44}$/)
    await second.stop()
  })

  it('tries a message for a day with its id, and then it has failed', async () => {
    const scene = makeSenderScene()
    await scene.add(`${receiver.base}/fails`)
    scene.addEvent('media.ready')
    const { timer, pass, stop } = startSender(scene)
    let tries = 0
    for (let minutes = 0; minutes < 30 * 60 && scene.all()[0]?.state === 'waiting'; minutes += 1) {
      await timer.idle(() => scene.all()[0]?.leaseToken === null)
      tries = scene.all()[0]?.tries ?? 0
      await pass(60_000)
      await timer.idle(() => scene.all()[0]?.leaseToken === null)
    }
    expect(scene.all()[0]).to.include({ state: 'failed', status: 500, answer: 'no' })
    expect(scene.clock() - (scene.all()[0]?.createdAt ?? 0)).to.be.within(24 * hour, 24.1 * hour)
    expect(tries).to.be.within(20, 60)
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).to.equal(1)
    await stop()
  })

  it('switches a webhook off that is gone, or has failed for three days, and logs it without its URL', async () => {
    const scene = makeSenderScene()
    const gone = await scene.add(`${receiver.base}/gone`)
    scene.addEvent('media.ready')
    const { timer, pass, entries, stop } = startSender(scene)
    const settled = () => timer.idle(() => scene.all().every(({ leaseToken }) => leaseToken === null))
    await timer.idle(() => scene.all()[0]?.state === 'failed')
    const failing = await scene.add(`${receiver.base}/fails`)
    for (let hours = 0; hours < 80; hours += 1) {
      if (hours % 12 === 0) scene.addEvent('media.changed')
      await settled()
      await pass(hour)
      await settled()
    }
    const off = entries.filter(({ event }) => event === 'webhooks.switched_off')
    expect(off.map(({ level, fields }) => ({ level, ...fields }))).to.deep.equal([
      { level: 'error', webhook: gone.uid, reason: 'gone' },
      { level: 'error', webhook: failing.uid, reason: 'failing' },
    ])
    expect(JSON.stringify(entries)).not.to.include('http')
    const sent = receiver.at('/fails').length
    scene.addEvent('media.changed')
    await pass(hour)
    expect(receiver.at('/fails')).to.have.length(sent)
    await stop()
  })

  it('does not delay the messages of others behind a receiver that hangs', async () => {
    const scene = makeSenderScene()
    for (let n = 0; n < 3; n += 1) await scene.add(`${receiver.base}/hangs`)
    await scene.add(`${receiver.base}/good`)
    for (let n = 0; n < 20; n += 1) scene.addEvent('media.changed')
    const { timer, abort, ended } = startSender(scene)
    await timer.idle(() => receiver.at('/good').length === 20 && receiver.at('/hangs').length === 12)
    expect(receiver.at('/hangs')).to.have.length(12)
    abort()
    for (const answer of release) answer()
    await ended
  })

  it('lets tries under way end when it stops, and hands back those that take too long', async () => {
    const scene = makeSenderScene()
    await scene.add(`${receiver.base}/hangs`)
    for (let n = 0; n < 2; n += 1) scene.addEvent('media.changed')
    const { timer, abort, ended } = startSender(scene)
    await timer.idle(() => release.length === 2)
    abort()
    release[0]?.()
    await timer.idle(() => scene.all().some(({ state }) => state === 'delivered'))
    await timer.next()
    await ended
    const cut = scene.all().filter(({ state }) => state === 'waiting')
    expect(cut.map(({ tries, leaseToken }) => ({ tries, leaseToken }))).to.deep.equal([
      { tries: 0, leaseToken: null },
    ])
    expect(await right(scene.deliveries.claimSending({ machine: 'here', process: 'two' }))).to.equal(true)
  })

  it('stands by while another process of its machine sends, and takes its place when that falls silent', async () => {
    const scene = makeSenderScene()
    await scene.add(`${receiver.base}/good`)
    await right(scene.deliveries.claimSending({ machine: 'here', process: 'two' }))
    scene.addEvent('media.ready')
    const { timer, pass, stop } = startSender(scene)
    for (let n = 0; n < 5; n += 1) await timer.next()
    expect(receiver.received).to.deep.equal([])
    await pass(16_000)
    await timer.idle(() => scene.all()[0]?.state === 'delivered')
    await stop()
  })

  it('waits for a database that is away, counts that once, and sends nothing twice', async () => {
    const scene = makeSenderScene()
    await scene.add(`${receiver.base}/good`)
    let isAway = false
    const deliveries = {
      ...scene.deliveries,
      take: () => (isAway ? Promise.resolve(E.left(outage)) : scene.deliveries.take()),
      settle:
        (...args: Parameters<typeof scene.deliveries.settle>) =>
        () => {
          isAway ||= scene.all().length === 1
          return isAway ? Promise.resolve(E.left(outage)) : scene.deliveries.settle(...args)()
        },
    }
    scene.addEvent('media.ready')
    const { timer, failures, pass, stop } = startSender(scene, { deliveries })
    await timer.idle(() => isAway)
    // Longer than the lease, so that the delivery would be due again.
    for (let seconds = 0; seconds < 60; seconds += 1) await pass(1000)
    scene.addEvent('media.changed')
    isAway = false
    for (let n = 0; n < 5; n += 1) await pass(1000)
    await timer.idle(() => scene.all().every(({ state }) => state === 'delivered'))
    expect(receiver.received).to.have.length(2)
    expect(failures.length).to.be.at.most(1)
    await stop()
  })

  it('goes on after an exception of the store', async () => {
    const scene = makeSenderScene()
    await scene.add(`${receiver.base}/good`)
    let throws = true
    const deliveries = {
      ...scene.deliveries,
      take: () => {
        if (throws) throw new Error('a bug')
        return scene.deliveries.take()
      },
    }
    scene.addEvent('media.ready')
    const { timer, entries, failures, stop } = startSender(scene, { deliveries })
    await timer.next()
    throws = false
    await timer.next()
    await timer.idle(() => scene.all()[0]?.state === 'delivered')
    expect(entries.map(({ event }) => event)).to.include('webhooks.exception')
    expect(failures).to.deep.equal(['deliveries'])
    await stop()
  })
})
