import { expect } from 'chai'
import type { Larder } from '../../../src/composition/larder.ts'
import { webhookLimits } from '../../../src/domain/webhooks/webhook.ts'
import { right } from '../../support/expect-right.ts'
import {
  bearer,
  createMemoryLarder,
  createStandingClock,
  listen,
  type TestServer,
} from '../../support/memory-larder.ts'
import { aFailure, aNewWebhook, anOutcome } from '../../support/webhook-scene.ts'

describe('the routes of webhooks', () => {
  const { clock, advance } = createStandingClock()
  let larder: Larder
  let server: TestServer
  let admin: RequestInit
  before(async () => {
    larder = await createMemoryLarder({ clock })
    server = await listen(larder)
    await right(larder.admins.setAdmin('ann', true))
    admin = bearer(await right(larder.admins.mintIdToken('ann')))
  })
  after(() => server.close())

  const path = '/api/1/admin/webhooks'
  const request = async (method: string, where = '', body?: unknown) => {
    const reply = await server.get(`${path}${where}`, {
      method,
      headers: { ...(admin.headers as Record<string, string>), 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await reply.text()
    return {
      status: reply.status,
      headers: reply.headers,
      json: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>,
    }
  }
  const add = async (body: unknown = { url: 'https://app.example.org/hook?key=1' }) => {
    const added = await request('POST', '', body)
    expect(added.status).to.equal(201)
    return added.json as { readonly uid: string; readonly secret: string }
  }

  it('are for admins only', async () => {
    const eve = bearer(await right(larder.admins.mintIdToken('eve')))
    for (const [method, where] of [
      ['POST', ''],
      ['GET', ''],
      ['GET', '/wh_x'],
      ['DELETE', '/wh_x'],
      ['POST', '/wh_x/rotate'],
      ['POST', '/wh_x/enable'],
      ['POST', '/wh_x/test'],
      ['GET', '/wh_x/deliveries'],
      ['POST', '/wh_x/deliveries/1/retry'],
    ] as const) {
      expect((await server.get(`${path}${where}`, { method })).status, `${method} ${where}`).to.equal(401)
      expect((await server.get(`${path}${where}`, { method, ...eve })).status).to.equal(403)
    }
  })

  it('add, list and remove webhooks, and show each secret once (§12.4)', async () => {
    const { uid, secret } = await add({ url: 'HTTPS://App.example.org/hook?key=1', events: ['media.ready'] })
    expect(uid).to.match(/^wh_[\w-]{22}$/)
    expect(secret).to.match(/^whsec_[A-Za-z0-9+/]{43}=$/)
    const shown = await request('GET', `/${uid}`)
    expect(shown.json).to.deep.equal({
      uid,
      url: 'https://app.example.org/hook?key=1',
      events: ['media.ready'],
      created_at: new Date(clock()).toISOString(),
      off_at: null,
      off_reason: null,
      failing_since: null,
      last_delivered_at: null,
    })
    expect((await request('GET')).json).to.deep.equal({ items: [shown.json] })
    const rotated = await request('POST', `/${uid}/rotate`)
    expect(rotated.json).to.include({ uid })
    expect(rotated.json.secret)
      .to.match(/^whsec_/)
      .and.not.equal(secret)
    expect(JSON.stringify((await request('GET')).json)).not.to.include('whsec')
    for (let n = 0; n < webhookLimits.secrets - 2; n += 1)
      expect((await request('POST', `/${uid}/rotate`)).status).to.equal(200)
    expect((await request('POST', `/${uid}/rotate`)).status).to.equal(409)
    expect((await request('DELETE', `/${uid}`)).status).to.equal(204)
    expect((await request('DELETE', `/${uid}`)).status).to.equal(404)
    expect((await request('GET')).json).to.deep.equal({ items: [] })
  })

  it('refuse what is no URL to which messages can be sent, and what is no event', async () => {
    for (const url of [
      'app.example.org/hook',
      'ftp://app.example.org/',
      'javascript:alert(1)',
      'https://ann:secret@app.example.org/',
      'https://ann@app.example.org/',
      'https://app.example.org/#a',
      'https://app.example.org/#',
      'https://app.example.org/\0',
      'https://app.example.org/\ud800',
      `https://app.example.org/${'a'.repeat(2048)}`,
      `https://app.example.org/${'ü'.repeat(500)}`,
      '',
      1,
      null,
    ]) {
      const { status, json } = await request('POST', '', { url })
      expect(status, String(url)).to.equal(422)
      expect(JSON.stringify(json.detail)).to.include('should be a URL of http or https')
    }
    const url = 'https://app.example.org/'
    for (const events of [
      [],
      ['media.read'],
      ['media.ready', 'media.ready'],
      'media.ready',
      null,
      ['job.progress'],
    ])
      expect((await request('POST', '', { url, events })).status, JSON.stringify(events)).to.equal(422)
    for (const body of [{}, { url, secret: 'whsec_a' }, [], 'x'])
      expect((await request('POST', '', body)).status, JSON.stringify(body)).to.equal(422)
    expect((await request('GET')).json).to.deep.equal({ items: [] })
  })

  it('add no more than the limit', async () => {
    const uids: string[] = []
    for (let n = 0; n < webhookLimits.webhooks; n += 1) uids.push((await add()).uid)
    const { status, json } = await request('POST', '', { url: 'https://app.example.org/' })
    expect([status, json.message]).to.deep.equal([409, 'there are 100 webhooks already: remove one first'])
    for (const uid of uids) await request('DELETE', `/${uid}`)
  })

  it('test a webhook once a second, list its deliveries and send one again', async () => {
    const { uid } = await add()
    const tested = await request('POST', `/${uid}/test`)
    expect(tested.status).to.equal(202)
    expect(tested.json).to.include({
      type: 'webhook.test',
      state: 'waiting',
      tries: 0,
      status: null,
      media: null,
    })
    expect(tested.json.event).to.match(/^ev_/)
    const soon = await request('POST', `/${uid}/test`)
    expect([soon.status, soon.headers.get('retry-after')]).to.deep.equal([503, '1'])
    advance(2)
    expect((await request('POST', `/${uid}/test`)).status).to.equal(202)

    const first = await request('GET', `/${uid}/deliveries?limit=1`)
    expect(first.json.items).to.have.length(1)
    const second = await request('GET', `/${uid}/deliveries?limit=1&after=${first.json.next}`)
    expect(second.json).to.deep.include({ items: [tested.json], next: null })

    const { id } = tested.json
    const due = await right(larder.webhookDeliveries.take)
    const taken = due.find(({ lease }) => lease.id === id)
    if (taken === undefined) return expect.fail('it is not due')
    for (const { lease } of due)
      if (lease.id !== id) await right(larder.webhookDeliveries.settle(lease, anOutcome()))
    expect((await request('POST', `/${uid}/deliveries/${id}/retry`)).status).to.equal(409)
    await right(
      larder.webhookDeliveries.settle(
        taken.lease,
        aFailure({ result: 'failed', answer: '<b>\u0007', status: 418 }),
      ),
    )
    const failed = await request('GET', `/${uid}/deliveries?state=failed`)
    expect(failed.json.items).to.have.length(1)
    expect((failed.json.items as ReadonlyArray<object>)[0]).to.include({
      id,
      state: 'failed',
      answer: '<b>\u0007',
      status: 418,
      next_try_at: null,
    })
    const retried = await request('POST', `/${uid}/deliveries/${id}/retry`)
    expect([retried.status, retried.json.state]).to.deep.equal([202, 'waiting'])
    for (const query of ['state=lost', 'limit=0', 'limit=201', 'after=x', 'after=1&after=2'])
      expect((await request('GET', `/${uid}/deliveries?${query}`)).status, query).to.equal(422)
    const [gone] = await right(larder.webhookDeliveries.take)
    if (gone === undefined) return expect.fail('it is not due')
    await right(larder.webhookDeliveries.settle(gone.lease, aFailure({ status: 410, isGone: true })))
    expect((await request('GET', `/${uid}`)).json).to.include({ off_reason: 'gone' })
    advance(2)
    for (const action of ['test', `deliveries/${id}/retry`])
      expect((await request('POST', `/${uid}/${action}`)).json.message).to.equal(
        'the webhook is switched off: enable it first',
      )
    const enabled = await request('POST', `/${uid}/enable`)
    expect([enabled.status, enabled.json.off_at]).to.deep.equal([200, null])
    await request('DELETE', `/${uid}`)
  })

  it('are 404 for what does not exist, whatever it is called', async () => {
    const { uid } = await add()
    for (const name of [aNewWebhook().uid, 'a.b', '%00', 'x'.repeat(200)])
      for (const [method, where] of [
        ['GET', ''],
        ['DELETE', ''],
        ['POST', '/rotate'],
        ['POST', '/enable'],
        ['POST', '/test'],
        ['GET', '/deliveries'],
        ['POST', '/deliveries/1/retry'],
      ] as const)
        expect((await request(method, `/${name}${where}`)).status, `${method} ${name}${where}`).to.equal(404)
    for (const id of ['0', '-1', '1e3', 'x', '%00', '999', '9'.repeat(16), '9'.repeat(400)])
      expect((await request('POST', `/${uid}/deliveries/${id}/retry`)).status, id).to.equal(404)
    await request('DELETE', `/${uid}`)
  })
})
