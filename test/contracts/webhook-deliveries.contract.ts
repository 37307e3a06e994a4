import { expect } from 'chai'
import { type LeasedDelivery, webhookLimits } from '../../src/domain/webhooks/webhook.ts'
import { O } from '../../src/fp.ts'
import { deliveryLeaseMs, senderLeaseMs } from '../../src/ports/webhook-deliveries.ts'
import { right } from '../support/expect-right.ts'
import {
  aFailure,
  aNewWebhook,
  anOutcome,
  type WebhookScene,
  webhookCalls,
} from '../support/webhook-scene.ts'

const day = 86_400_000

/** What every WebhookDeliveries promises. */
export const webhookDeliveriesContract = (make: () => Promise<WebhookScene>): void => {
  let scene: WebhookScene

  beforeEach(async () => {
    scene = await make()
  })

  const { add, take, takeOne, settle, list, find } = webhookCalls(() => scene)

  it('adds a delivery of an event to each webhook that wants it, with the same id', async () => {
    const all = await add()
    const some = await add({ events: ['media.ready', 'media.failed'] })
    await scene.addEvent('media.created', 'if_a', { uid: 'if_a', title: 'Hë' })
    await scene.addEvent('media.ready', 'if_a', { uid: 'if_a', metadata: { a: [1] } })
    const taken = await take()
    expect(taken.map(({ webhook, type, data }) => ({ webhook, type, data }))).to.have.deep.members([
      { webhook: all.uid, type: 'media.created', data: { uid: 'if_a', title: 'Hë' } },
      { webhook: all.uid, type: 'media.ready', data: { uid: 'if_a', metadata: { a: [1] } } },
      { webhook: some.uid, type: 'media.ready', data: { uid: 'if_a', metadata: { a: [1] } } },
    ])
    expect(new Set(taken.map(({ event }) => event)).size).to.equal(2)
    expect(taken[0]).to.deep.include({ url: all.url, secrets: [all.secret], tries: 1, triedForMs: 0 })
    expect(await list(some.uid)).to.have.length(1)
    expect((await list(all.uid)).map(({ type }) => type)).to.deep.equal(['media.ready', 'media.created'])
  })

  it('leases a delivery to one, and again when the lease has ended', async () => {
    await add()
    await scene.addEvent('media.ready', 'if_a')
    const first = await takeOne()
    expect(await take()).to.deep.equal([])
    await scene.advance(deliveryLeaseMs + 1)
    const second = await takeOne()
    expect(second).to.include({ event: first.event, tries: 2 })
    expect(second.triedForMs).to.be.within(deliveryLeaseMs, deliveryLeaseMs + 10_000)
    expect(await settle(first)).to.deep.equal({ result: 'lost' })
    expect(await settle(second)).to.deep.equal({ result: 'settled' })
    expect(await settle(second)).to.deep.equal({ result: 'lost' })
    await scene.advance(deliveryLeaseMs + 1)
    expect(await take()).to.deep.equal([])
  })

  it('stores what became of a try, and tries again when it is due', async () => {
    const { uid } = await add()
    await scene.addEvent('media.ready', 'if_a')
    const first = await takeOne()
    await settle(first, aFailure({ answer: 'nö', delayMs: 60_000, pauseMs: 1000 }))
    const [waiting] = await list(uid)
    expect(waiting).to.deep.include({
      state: 'waiting',
      tries: 1,
      status: 500,
      answer: 'nö',
      error: 'the status of the answer was 500',
      media: 'if_a',
      type: 'media.ready',
      event: first.event,
    })
    expect(Number(waiting?.nextTryAt) - Number(waiting?.triedAt)).to.be.within(60_000, 70_000)
    expect((await find(uid)).failingSince).to.be.a('number')
    await scene.advance(30_000)
    expect(await take()).to.deep.equal([])
    await scene.advance(31_000)
    const second = await takeOne()
    expect(second).to.include({ event: first.event, failuresInARow: 1, tries: 2 })
    await settle(second)
    expect(await list(uid)).to.have.length(1)
    expect((await list(uid))[0]).to.include({ state: 'delivered', status: 200, error: null, nextTryAt: null })
    const after = await find(uid)
    expect(after.failingSince).to.equal(null)
    expect(after.lastDeliveredAt).to.be.a('number')
  })

  it('sends to each webhook a few at a time, one while its tries fail, and none during a pause', async () => {
    const slow = await add({ url: 'https://slow.example.org/' })
    for (let n = 0; n < 6; n += 1) await scene.addEvent('media.changed', `if_${n}`)
    const taken = await take()
    expect(taken).to.have.length(webhookLimits.lanes)
    const other = await add()
    await scene.addEvent('media.changed', 'if_x')
    expect((await take()).map(({ webhook }) => webhook)).to.deep.equal([other.uid])
    for (const one of taken) await settle(one, aFailure({ delayMs: day, pauseMs: 5000 }))
    expect(await take()).to.deep.equal([])
    await scene.advance(6000)
    const again = await take()
    expect(again.map(({ webhook, failuresInARow }) => ({ webhook, failuresInARow }))).to.deep.equal([
      { webhook: slow.uid, failuresInARow: webhookLimits.lanes },
    ])
    await settle(again[0] as LeasedDelivery)
    expect(await take()).to.have.length(2)
  })

  it('switches a webhook off that is gone, keeps what waits, and goes on when it is enabled', async () => {
    const { uid } = await add()
    await scene.addEvent('media.created', 'if_a')
    await scene.addEvent('media.ready', 'if_a')
    const [first, second] = await take()
    const gone = aFailure({ result: 'failed', status: 410, isGone: true })
    expect(await settle(first as LeasedDelivery, gone)).to.deep.equal({ result: 'off', reason: 'gone' })
    expect(await settle(second as LeasedDelivery, aFailure({ pauseMs: 60_000 }))).to.deep.equal({
      result: 'settled',
    })
    expect((await find(uid)).offReason).to.equal('gone')
    await scene.addEvent('media.changed', 'if_a')
    await scene.advance(120_000)
    expect(await take()).to.deep.equal([])
    expect(await right(scene.webhooks.addTest(uid))).to.deep.equal({ result: 'off' })
    expect(await right(scene.webhooks.retryDelivery(uid, (first as LeasedDelivery).lease.id))).to.deep.equal({
      result: 'off',
    })
    expect(O.isSome(await right(scene.webhooks.enable(uid)))).to.equal(true)
    expect(await find(uid)).to.include({ offAt: null, offReason: null, failingSince: null })
    expect((await takeOne()).event).to.equal((second as LeasedDelivery).event)
    expect(await right(scene.webhooks.enable(aNewWebhook().uid))).to.deep.equal(O.none)
  })

  it('switches a webhook off if all tries of three days failed, and not after a success or a time without tries', async () => {
    const failing = await add()
    const reviving = await add()
    const idle = await add({ events: ['media.failed'] })
    await scene.addEvent('media.failed', 'if_a')
    const off: string[] = []
    for (let hours = 0; hours <= 72; hours += 12) {
      for (const one of await take()) {
        if (one.webhook === idle.uid && hours > 0 && hours < 72) continue
        const outcome = one.webhook === reviving.uid && hours === 24 ? anOutcome() : aFailure()
        if ((await settle(one, outcome)).result === 'off') off.push(`${one.webhook} after ${hours} hours`)
      }
      await scene.addEvent('media.changed', 'if_a')
      await scene.advance(day / 2)
    }
    expect(off).to.deep.equal([`${failing.uid} after 72 hours`])
    expect(await find(failing.uid)).to.include({ offReason: 'failing' })
    expect(await find(reviving.uid)).to.include({ offReason: null })
    expect(await find(idle.uid)).to.include({ offReason: null })
    await right(scene.webhooks.enable(failing.uid))
    const mine = (await take()).find(({ webhook }) => webhook === failing.uid)
    expect((await settle(mine as LeasedDelivery, aFailure())).result).to.equal('settled')
    expect((await find(failing.uid)).failingSince).to.be.a('number')
  })

  it('counts no try that was handed back', async () => {
    const { uid } = await add()
    await scene.addEvent('media.ready', 'if_a')
    const first = await takeOne()
    await right(scene.deliveries.handBack(first.lease))
    expect((await list(uid))[0]).to.include({ tries: 0, state: 'waiting' })
    await right(scene.deliveries.handBack(first.lease))
    expect(await takeOne()).to.include({ tries: 1, triedForMs: 0 })
  })

  it('forgets title and metadata of a purged file', async () => {
    const { uid } = await add()
    await scene.addEvent('media.ready', 'if_a', { uid: 'if_a', title: 'secret' })
    await scene.addEvent('media.ready', 'if_b', { uid: 'if_b', title: 'other' })
    await scene.addEvent('media.purged', 'if_a', { uid: 'if_a', kind: 'image' })
    const taken = await take()
    expect(taken.map(({ type, data }) => ({ type, data }))).to.have.deep.members([
      { type: 'media.ready', data: { uid: 'if_a', kind: 'image' } },
      { type: 'media.ready', data: { uid: 'if_b', title: 'other' } },
      { type: 'media.purged', data: { uid: 'if_a', kind: 'image' } },
    ])
    expect(await list(uid)).to.have.length(3)
  })

  it('deletes deliveries after seven days, in pieces', async () => {
    const { uid } = await add()
    for (let n = 0; n < 5; n += 1) await scene.addEvent('media.ready', 'if_a')
    await scene.advance(webhookLimits.keepMs + 1000)
    await scene.addEvent('media.ready', 'if_b')
    const pruned = [await right(scene.deliveries.prune(3)), await right(scene.deliveries.prune(3))]
    expect(pruned).to.deep.equal([3, 2])
    expect((await list(uid)).map(({ media }) => media)).to.deep.equal(['if_b'])
  })

  it('has one sender a machine, until it ends or falls silent', async () => {
    const claim = (machine: string, process: string) =>
      right(scene.deliveries.claimSending({ machine, process }))
    expect(await claim('a', '1')).to.equal(true)
    expect(await claim('a', '1')).to.equal(true)
    expect(await claim('a', '2')).to.equal(false)
    expect(await claim('b', '2')).to.equal(true)
    await scene.advance(senderLeaseMs + 1)
    expect(await claim('a', '2')).to.equal(true)
    expect(await claim('a', '1')).to.equal(false)
    await right(scene.deliveries.releaseSending({ machine: 'a', process: '1' }))
    expect(await claim('a', '1')).to.equal(false)
    await right(scene.deliveries.releaseSending({ machine: 'a', process: '2' }))
    expect(await claim('a', '1')).to.equal(true)
  })
}
