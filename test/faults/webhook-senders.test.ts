import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect } from 'chai'
import type { Knex } from 'knex'
import { createKnexImageFileRepository } from '../../src/adapters/knex/knex-image-file-repository.ts'
import { createKnexWebhookDeliveries } from '../../src/adapters/knex/knex-webhook-deliveries.ts'
import { createKnexWebhookRepository } from '../../src/adapters/knex/knex-webhook-repository.ts'
import { aNewFileJob, aNewImageFile } from '../support/builders.ts'
import { startDatabaseProxy } from '../support/database-proxy.ts'
import { right } from '../support/expect-right.ts'
import { connectionUrl, withDatabase } from '../support/postgres.ts'
import { pollUntilTrue } from '../support/processes.ts'
import { type Receiver, startReceiver, verifiedBody } from '../support/webhook-receiver.ts'
import { aNewWebhook } from '../support/webhook-scene.ts'

describe('processes that send to webhooks', () => {
  const database = withDatabase()
  let db: Knex
  let receiver: Receiver
  let isHanging: boolean
  const children: ChildProcess[] = []

  before(async () => {
    receiver = await startReceiver({
      '/perhaps': (res) => {
        if (!isHanging) res.writeHead(204).end()
      },
    })
  })
  beforeEach(async () => {
    await database.empty()
    db = database.knex()
    isHanging = false
    receiver.received.length = 0
  })
  afterEach(async () => {
    for (const child of children.splice(0)) await kill(child)
  })
  after(() => receiver.close())

  const start = (machine: string, url = connectionUrl(database.connection())): ChildProcess => {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', 'test/support/webhook-process.ts', url, machine],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    children.push(child)
    return child
  }
  const kill = async (child: ChildProcess): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }
  const add = async (path: string) => {
    const webhook = aNewWebhook({ url: `${receiver.base}${path}` })
    await right(createKnexWebhookRepository(db).add(webhook))
    return webhook
  }
  const addPictures = async (count: number) => {
    const images = createKnexImageFileRepository(db)
    for (let n = 0; n < count; n += 1) await right(images.add(aNewImageFile(), aNewFileJob()))
  }
  const states = async (): Promise<ReadonlyArray<string>> =>
    (await db('webhook_deliveries').select('state')).map(({ state }: { readonly state: string }) => state)
  const untilDelivered = () =>
    pollUntilTrue(async () => (await states()).every((state) => state === 'delivered'))
  const ids = () => receiver.received.map(({ headers, path }) => `${path} ${headers['webhook-id']}`)

  it('of two machines send each message once, and neither it nor its answer opens anything', async () => {
    const webhooks = [await add('/a'), await add('/b'), await add('/c')]
    start('first')
    start('second')
    await addPictures(30)
    await untilDelivered()
    expect(ids()).to.have.length(90)
    expect(new Set(ids()).size).to.equal(90)
    for (const message of receiver.received) {
      const body = verifiedBody(webhooks[0]?.secret ?? '', message)
      expect(Object.keys(body)).to.deep.equal(['type', 'timestamp', 'data'])
      expect(message.body).not.to.match(/jwt|eyJ|https?:/)
    }
  })

  it('lose nothing when one is killed in the middle of a try', async () => {
    await add('/perhaps')
    isHanging = true
    const first = start('first')
    await addPictures(3)
    await pollUntilTrue(async () => receiver.received.length === 3)
    await kill(first)
    isHanging = false
    // The killed process was the sender of its machine, and had leases. Both end by themselves.
    await db.raw(`update webhook_senders set until = until - interval '1 minute'`)
    await db.raw(`update webhook_deliveries set run_at = run_at - interval '1 minute'`)
    start('first')
    await untilDelivered()
    expect(ids()).to.have.length(6)
    expect(new Set(ids()).size).to.equal(3)
  })

  it('wait while the database is away, and go on', async () => {
    const proxy = await startDatabaseProxy(database.connection())
    try {
      await add('/a')
      const child = start('first', connectionUrl(proxy.connection))
      await addPictures(1)
      await untilDelivered()
      const failed = once(child.stdout as NodeJS.ReadableStream, 'data')
      proxy.set({ kind: 'reset' })
      await failed
      await addPictures(1)
      proxy.set({ kind: 'pass' })
      await untilDelivered()
      expect(ids()).to.have.length(2)
      expect(new Set(ids()).size).to.equal(2)
    } finally {
      await proxy.close()
    }
  })

  it('hand back what they are sending when they are stopped', async () => {
    await add('/perhaps')
    isHanging = true
    const first = start('first')
    await addPictures(1)
    await pollUntilTrue(async () => receiver.received.length === 1)
    const exited = once(first, 'exit')
    first.kill('SIGTERM')
    expect(await exited).to.deep.equal([0, null])
    const [row] = await right(createKnexWebhookDeliveries(db).take)
    expect(row).to.include({ tries: 1 })
    expect(await db('webhook_senders')).to.deep.equal([])
  })
})
