import { expect } from 'chai'
import type { Knex } from 'knex'
import { createKnexWebhookDeliveries } from '../../../src/adapters/knex/knex-webhook-deliveries.ts'
import { createKnexWebhookRepository } from '../../../src/adapters/knex/knex-webhook-repository.ts'
import { takeDeliveries } from '../../../src/adapters/knex/webhook-statements.ts'
import { webhookLimits } from '../../../src/domain/webhooks/webhook.ts'
import { webhookDeliveriesContract } from '../../contracts/webhook-deliveries.contract.ts'
import { webhookRepositoryContract } from '../../contracts/webhook-repository.contract.ts'
import { right } from '../../support/expect-right.ts'
import { withDatabase } from '../../support/postgres.ts'
import { aNewWebhook, type WebhookScene } from '../../support/webhook-scene.ts'

/** Lets time pass by setting all times of the tables back. */
const advance = async (db: Knex, ms: number): Promise<void> => {
  const back = (column: string) => `${column} = ${column} - interval '${ms} milliseconds'`
  const times = {
    webhooks: [
      'created_at',
      'off_at',
      'failing_since',
      'failed_at',
      'delivered_at',
      'resumes_at',
      'tested_at',
    ],
    webhook_deliveries: ['run_at', 'first_tried_at', 'tried_at', 'created_at'],
    webhook_senders: ['until'],
  }
  for (const [table, columns] of Object.entries(times))
    await db.raw(`update ${table} set ${columns.map(back).join(', ')}`)
  await db.raw(`
    update webhooks set old_secrets = (
      select coalesce(jsonb_agg(jsonb_set(s, '{until}', to_jsonb(cast(s ->> 'until' as bigint) - ${ms}))), '[]')
      from jsonb_array_elements(old_secrets) s
    )`)
}

describe('knex webhooks', () => {
  const database = withDatabase()
  beforeEach(database.empty)

  const createScene = (): WebhookScene => {
    const db = database.knex()
    return {
      webhooks: createKnexWebhookRepository(db),
      deliveries: createKnexWebhookDeliveries(db),
      addEvent: async (type, media, data = { uid: media }) => {
        await db('events').insert({ type, media, kind: 'image', data: JSON.stringify(data) })
      },
      advance: (ms) => advance(db, ms),
    }
  }

  const createEmptyScene = async (): Promise<WebhookScene> => {
    await database.empty()
    return createScene()
  }
  webhookRepositoryContract(createEmptyScene)
  webhookDeliveriesContract(createEmptyScene)

  it('adds deliveries in the transaction of the event, and none if it is rolled back', async () => {
    const { webhooks, deliveries } = createScene()
    const webhook = aNewWebhook()
    await right(webhooks.add(webhook))
    const insert = `insert into events (type, media, kind, data) values ('media.ready', 'if_a', 'image', '{}')`
    const trx = await database.knex().transaction()
    await trx.raw(insert)
    expect(await right(deliveries.take)).to.deep.equal([])
    await trx.rollback()
    expect(await right(deliveries.take)).to.deep.equal([])
    await database.knex().raw(insert)
    expect(await right(deliveries.take)).to.have.length(1)
  })

  it('adds the deliveries of an event whose webhook is being removed, and its change does not wait', async () => {
    const { webhooks, addEvent } = createScene()
    const webhook = aNewWebhook()
    await right(webhooks.add(webhook))
    const trx = await database.knex().transaction()
    await trx.raw('delete from webhooks')
    await addEvent('media.ready', 'if_a')
    await trx.commit()
    expect(await right(webhooks.list)).to.deep.equal([])
  })

  it('gives two machines that take at once different deliveries', async () => {
    const { webhooks, deliveries, addEvent } = createScene()
    for (let n = 0; n < 5; n += 1) await right(webhooks.add(aNewWebhook()))
    await addEvent('media.ready', 'if_a')
    const other = createKnexWebhookDeliveries(database.knex())
    const taken = await Promise.all([deliveries, other, deliveries, other].map(({ take }) => right(take)))
    const ids = taken.flat().map(({ lease }) => lease.id)
    expect(ids).to.have.length(5)
    expect(new Set(ids).size).to.equal(5)
  })

  it('reads only what is due, however many deliveries are stored', async () => {
    const { webhooks, deliveries, addEvent } = createScene()
    for (let n = 0; n < 3; n += 1) await right(webhooks.add(aNewWebhook()))
    const db = database.knex()
    await db.raw(`
      insert into webhook_deliveries (webhook_id, event, type, data, state)
      select w.id, 'ev_' || n, 'media.ready', '{}', case when n % 3 = 0 then 'waiting' else 'delivered' end
      from webhooks w cross join generate_series(1, 15000) n`)
    await db.raw('analyze webhook_deliveries, webhooks')
    const { rows } = await db.raw(`explain ${takeDeliveries}`)
    expect(JSON.stringify(rows)).not.to.match(/Seq Scan on webhook_deliveries/)
    await addEvent('media.ready', 'if_a')
    expect(await right(deliveries.take)).to.have.length(3 * webhookLimits.lanes)
  })

  it('deletes the deliveries of a removed webhook, and later its row', async () => {
    const { webhooks, deliveries, addEvent } = createScene()
    const webhook = aNewWebhook()
    await right(webhooks.add(webhook))
    for (let n = 0; n < 3; n += 1) await addEvent('media.ready', 'if_a')
    await right(webhooks.remove(webhook.uid))
    const db = database.knex()
    expect(await db('webhooks').select('secret', 'url', 'old_secrets')).to.deep.equal([
      { secret: '', url: '', old_secrets: [] },
    ])
    expect([await right(deliveries.prune(2)), await right(deliveries.prune(2))]).to.deep.equal([2, 1])
    await db.raw(`update webhooks set removed_at = removed_at - interval '2 hours'`)
    expect(await right(deliveries.prune(2))).to.equal(0)
    expect(await db('webhooks')).to.deep.equal([])
  })
})
