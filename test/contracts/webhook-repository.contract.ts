import { expect } from 'chai'
import type { WebhookUid } from '../../src/domain/media/ids.ts'
import { webhookLimits } from '../../src/domain/webhooks/webhook.ts'
import { O } from '../../src/fp.ts'
import { right } from '../support/expect-right.ts'
import {
  aFailure,
  aNewWebhook,
  anOutcome,
  type WebhookScene,
  webhookCalls,
} from '../support/webhook-scene.ts'

const day = 86_400_000

/** What every WebhookRepository promises. */
export const webhookRepositoryContract = (make: () => Promise<WebhookScene>): void => {
  let scene: WebhookScene

  beforeEach(async () => {
    scene = await make()
  })

  const { add, take, takeOne, settle, list, find } = webhookCalls(() => scene)

  const rotate = async (uid: WebhookUid, secret: string) =>
    (await right(scene.webhooks.rotate(uid, secret))).result

  it('adds, lists, finds and removes webhooks', async () => {
    const first = await add({ events: ['media.ready', 'media.failed'] })
    const second = await add()
    const listed = await right(scene.webhooks.list)
    expect(listed.map(({ uid, url, events }) => ({ uid, url, events }))).to.deep.equal(
      [first, second].map(({ uid, url, events }) => ({ uid, url, events })),
    )
    expect(JSON.stringify(listed)).not.to.include('whsec_')
    expect(await find(first.uid)).to.deep.equal(listed[0])
    expect(listed[0]).to.include({ offAt: null, offReason: null, failingSince: null, lastDeliveredAt: null })
    await scene.addEvent('media.ready', 'if_a')
    expect(await right(scene.webhooks.remove(first.uid))).to.equal(true)
    expect(await right(scene.webhooks.remove(first.uid))).to.equal(false)
    expect(await right(scene.webhooks.find(first.uid))).to.deep.equal(O.none)
    expect((await right(scene.webhooks.list)).map(({ uid }) => uid)).to.deep.equal([second.uid])
    expect(await list(first.uid)).to.deep.equal([])
    expect((await take()).map(({ webhook }) => webhook)).to.deep.equal([second.uid])
  })

  it('returns a webhook as it was written', async () => {
    const webhook = aNewWebhook({ events: ['media.ready'] })
    const added = await right(scene.webhooks.add(webhook))
    expect(added).to.deep.equal(O.some(await find(webhook.uid)))
    const rotated = await right(scene.webhooks.rotate(webhook.uid, 'whsec_2'))
    expect(rotated).to.deep.equal({ result: 'rotated', webhook: await find(webhook.uid) })
    await scene.addEvent('media.ready', 'if_a')
    await settle(await takeOne(), aFailure({ result: 'failed', isGone: true }))
    expect(await find(webhook.uid)).to.include({ offReason: 'gone' })
    expect(await right(scene.webhooks.enable(webhook.uid))).to.deep.equal(O.some(await find(webhook.uid)))
    expect(await find(webhook.uid)).to.include({ offReason: null })
    expect(await right(scene.webhooks.enable(aNewWebhook().uid))).to.deep.equal(O.none)
  })

  it('adds no more than the limit, also when several are added at once', async () => {
    const added = await Promise.all(
      Array.from({ length: webhookLimits.webhooks + 5 }, () => right(scene.webhooks.add(aNewWebhook()))),
    )
    expect(added.filter(O.isSome)).to.have.length(webhookLimits.webhooks)
    expect(await right(scene.webhooks.list)).to.have.length(webhookLimits.webhooks)
  })

  it('signs with all valid secrets, the newest first, of which there is a limited number', async () => {
    const { uid, secret } = await add()
    expect(await rotate(uid, 'whsec_2')).to.equal('rotated')
    await scene.addEvent('media.ready', 'if_a')
    const taken = await takeOne()
    expect(taken.secrets).to.deep.equal(['whsec_2', secret])
    await scene.advance(day / 2)
    expect(await rotate(uid, 'whsec_3')).to.equal('rotated')
    expect((await takeOne()).secrets).to.deep.equal(['whsec_3', 'whsec_2', secret])
    expect(await rotate(uid, 'whsec_4')).to.equal('rotated')
    expect(await rotate(uid, 'whsec_5')).to.equal('too often')
    await scene.advance(day / 2 + 1000)
    expect((await takeOne()).secrets).to.deep.equal(['whsec_4', 'whsec_3', 'whsec_2'])
    expect(await rotate(uid, 'whsec_5')).to.equal('rotated')
    expect(await rotate(aNewWebhook().uid, 'whsec_1')).to.equal('missing')
  })

  it('sends a test before other messages and during a pause, once a second', async () => {
    const { uid } = await add()
    await scene.addEvent('media.ready', 'if_a')
    await settle(await takeOne(), aFailure({ pauseMs: 60_000 }))
    const added = await right(scene.webhooks.addTest(uid))
    if (added.result !== 'waiting') return expect.fail(added.result)
    expect(added.delivery).to.include({ type: 'webhook.test', media: null, state: 'waiting', tries: 0 })
    expect(await right(scene.webhooks.addTest(uid))).to.deep.equal({ result: 'too soon' })
    const taken = await takeOne()
    expect(taken).to.deep.include({ type: 'webhook.test', data: { uid } })
    expect(taken.lease.id).to.equal(added.delivery.id)
    await settle(taken)
    await scene.advance(1001)
    expect((await right(scene.webhooks.addTest(uid))).result).to.equal('waiting')
    expect(await right(scene.webhooks.addTest(aNewWebhook().uid))).to.deep.equal({ result: 'missing' })
  })

  it('sends an ended delivery again with its old id, and a waiting one at once, but none that is under way', async () => {
    const { uid } = await add()
    const { uid: other } = await add({ events: ['media.purged'] })
    await scene.addEvent('media.ready', 'if_a')
    const first = await takeOne()
    const { id } = first.lease
    expect(await right(scene.webhooks.retryDelivery(uid, id))).to.deep.equal({ result: 'under way' })
    await scene.advance(1000)
    await settle(first, aFailure({ result: 'failed', pauseMs: 60_000 }))
    expect((await list(uid, 'failed')).map((one) => one.id)).to.deep.equal([id])
    for (const outcome of [aFailure({ delayMs: day }), anOutcome()]) {
      const retried = await right(scene.webhooks.retryDelivery(uid, id))
      if (retried.result !== 'waiting') return expect.fail(retried.result)
      expect(retried.delivery).to.include({ id, state: 'waiting', tries: 0 })
      const taken = await takeOne()
      expect(taken).to.include({ event: first.event, tries: 1, triedForMs: 0 })
      await settle(taken, outcome)
    }
    expect(await list(uid, 'failed')).to.deep.equal([])
    for (const [webhook, delivery] of [
      [other, id],
      [uid, id + 1000],
      [aNewWebhook().uid, id],
    ] as const) {
      expect(await right(scene.webhooks.retryDelivery(webhook, delivery))).to.deep.equal({
        result: 'missing',
      })
      expect(await right(scene.webhooks.findDelivery(webhook, delivery))).to.deep.equal(O.none)
    }
  })

  it('lists deliveries in pages, the newest first', async () => {
    const { uid } = await add()
    for (const media of ['if_a', 'if_b', 'if_c']) await scene.addEvent('media.ready', media)
    const first = await right(scene.webhooks.listDeliveries(uid, { state: null }, 2, null))
    const second = await right(
      scene.webhooks.listDeliveries(uid, { state: 'waiting' }, 2, first.at(-1)?.id ?? null),
    )
    expect([...first, ...second].map(({ media }) => media)).to.deep.equal(['if_c', 'if_b', 'if_a'])
  })
}
