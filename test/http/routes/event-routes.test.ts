import { expect } from 'chai'
import { createPostgresEventLog } from '../../../src/adapters/knex/postgres-event-log.ts'
import type { Larder } from '../../../src/composition/larder.ts'
import { aNewFileJob, aNewImageExport, aNewImageFile } from '../../support/builders.ts'
import { type DatabaseProxy, startDatabaseProxy } from '../../support/database-proxy.ts'
import { openEvents } from '../../support/event-stream.ts'
import { right } from '../../support/expect-right.ts'
import { knexAdapters } from '../../support/library-instance.ts'
import { createMemoryLarder, listen, type TestServer } from '../../support/memory-larder.ts'
import { withDatabase } from '../../support/postgres.ts'

describe('the stream of events (§12.3)', () => {
  const database = withDatabase()
  let proxy: DatabaseProxy
  let closing: Array<() => Promise<void>>
  let larder: Larder
  let server: TestServer
  let jwt: string

  /** Starts an instance that reads events through the proxy. */
  const startInstance = async (limits?: { readonly eventStreams: number }) => {
    const instance = await createMemoryLarder({
      ...knexAdapters(database.knex()),
      clock: Date.now,
      eventLog: createPostgresEventLog(database.knex(), async () => proxy.connection),
    })
    const stopping = new AbortController()
    const running = instance.eventHub.run(stopping.signal)
    const served = await listen(instance, undefined, limits)
    closing.push(async () => {
      stopping.abort()
      await served.close()
      await running
    })
    return { larder: instance, server: served }
  }

  beforeEach(async () => {
    await database.empty()
    proxy = await startDatabaseProxy(database.connection())
    closing = []
    ;({ larder, server } = await startInstance())
    await right(larder.admins.setAdmin('ann', true))
    jwt = await right(larder.admins.mintIdToken('ann'))
  })
  afterEach(async () => {
    for (const close of closing) await close()
    await proxy.close()
  })

  const bearerOf = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

  const open = (query = '', headers: Readonly<Record<string, string>> = {}, at = server) =>
    openEvents((signal) =>
      at.get(`/api/1/admin/events${query}`, {
        headers: { authorization: `Bearer ${jwt}`, ...headers },
        signal,
      }),
    )

  const addPicture = async () => {
    const { uid } = aNewImageFile()
    const job = aNewFileJob()
    await right(larder.imageFiles.add(aNewImageFile({ uid }), job))
    return { uid, job: job.uid }
  }
  const setTitle = (uid: string, title: string) => right(larder.media.change(uid, { title }, null))

  it('sends what happens from now on, with the time to reconnect and an id to resume by', async () => {
    await addPicture()
    const stream = await open()
    expect([stream.reply.status, stream.reply.headers.get('content-type')]).to.deep.equal([
      200,
      'text/event-stream',
    ])
    expect(stream.reply.headers.get('cache-control')).to.equal('no-store')
    expect(stream.reply.headers.get('vary')).to.match(/Authorization/)
    expect(await stream.until(/id: /)).to.match(/^retry: 2000\n\nid: \d+-\d+\n\n$/)
    const { uid } = await addPicture()
    const created = await stream.next()
    expect(created.data).to.deep.include({
      type: 'media.created',
      data: { uid, kind: 'image', title: null, state: 'waiting', public: false, metadata: {} },
    })
    expect([created.type, created.id]).to.deep.equal(['media.created', stream.lastId()])
    stream.leave()
  })

  it('goes on after the last event, on any instance, also if that has not read so far', async () => {
    const other = await startInstance()
    const first = await open()
    await first.until(/id: /)
    const { uid } = await addPicture()
    await first.next()
    first.leave()
    for (const title of ['a', 'b', 'c']) await setTitle(uid, title)
    for (const at of [other.server, server]) {
      const again = await open(`?media=${uid}`, { 'last-event-id': first.lastId() }, at)
      const titles = [await again.next(), await again.next(), await again.next()].map(
        ({ data }) => data.data.title,
      )
      expect(titles).to.deep.equal(['a', 'b', 'c'])
      await setTitle(uid, 'd')
      expect((await again.next()).data.data.title).to.equal('d')
      await setTitle(uid, 'c')
      again.leave()
    }
  })

  it('begins with reset if the last event is unknown, and then has an id that is not', async () => {
    for (const id of ['1-10000', '99999999-990000', 'ready', '0', 'x'.repeat(4000)]) {
      const stream = await open('', { 'last-event-id': id })
      const reset = await stream.next()
      expect([reset.type, reset.data.type, reset.data.data]).to.deep.equal(['reset', 'reset', {}])
      const { uid } = await addPicture()
      const again = await open('', { 'last-event-id': String(reset.id) })
      expect((await again.next()).data.data.uid).to.equal(uid)
      for (const each of [stream, again]) each.leave()
    }
  })

  it('sends only the events of one file, or the progress of one job', async () => {
    const [one, two] = [await addPicture(), await addPicture()]
    const ofFile = await open(`?media=${two.uid}`)
    const ofJob = await open(`?job=${two.job}`)
    expect((await ofJob.next()).data).to.deep.include({ type: 'job.progress' })
    await ofFile.until(/id: /)
    await setTitle(one.uid, 'one')
    await setTitle(two.uid, 'two')
    expect((await ofFile.next()).data.data).to.deep.include({ uid: two.uid, title: 'two' })
    await right(larder.jobs.take(2))
    const step = await ofJob.next()
    expect([step.id, step.data.data]).to.deep.equal([
      null,
      {
        ...{ uid: two.uid, kind: 'image', job: two.job, state: 'running', progress: 0 },
        ...{ stage: null, speed: null, eta_seconds: null },
      },
    ])
    expect((await ofFile.next()).data.data.job).to.equal(two.job)
    for (const stream of [ofFile, ofJob]) stream.leave()
    expect((await server.get('/api/1/admin/events?job=job_x', bearerOf(jwt))).status).to.equal(404)
    expect((await server.get('/api/1/admin/events?job=.', bearerOf(jwt))).status).to.equal(422)
  })

  it('is open SSE_MAX times, and for admins alone', async () => {
    const full = await startInstance({ eventStreams: 1 })
    const stream = await open('', {}, full.server)
    const refused = await full.server.get('/api/1/admin/events', bearerOf(jwt))
    expect([refused.status, refused.headers.get('retry-after')]).to.deep.equal([503, '10'])
    stream.leave()
    const viewer = await right(larder.admins.mintIdToken('bob'))
    expect((await server.get('/api/1/admin/events', bearerOf(viewer))).status).to.equal(403)
    for (const headers of [{}, { authorization: 'Basic eDp5' }, { authorization: 'bearer a.b.c' }]) {
      const { status, headers: sent } = await server.get('/api/1/admin/events', { headers })
      expect([401, 403]).to.include(status)
      expect(sent.get('vary')).to.match(/Authorization/)
    }
  })

  it('ends when its token expires or is revoked, or its admin loses the right', async () => {
    const { admins, idTokenIssuer, revocationService } = larder
    for (const sub of ['eve', 'joe']) await right(admins.setAdmin(sub, true))
    const tokens = [
      await right(admins.mintIdToken('ann')),
      await right(admins.mintIdToken('eve')),
      await right(idTokenIssuer.mint('joe', 1, 0)),
    ]
    const streams = await Promise.all(tokens.map((token) => open('', bearerOf(token).headers)))
    for (const stream of streams) await stream.until(/id: /)
    const goesOn = await open('', bearerOf(await right(admins.mintIdToken('joe'))).headers)
    await right(admins.setAdmin('ann', false))
    await right(revocationService.revoke({ kind: 'sub', subject: 'eve' }))
    const { uid } = await addPicture()
    let left = streams.length
    const ended = streams.map(async (stream) => {
      await stream.rest()
      left -= 1
    })
    // An event is a reason to confirm the right.
    for (let n = 0; left > 0; n += 1) await setTitle(uid, String(n))
    await Promise.all(ended)
    expect((await goesOn.next()).type).to.equal('media.created')
    goesOn.leave()
  })

  it('ends when the server stops', async () => {
    const stopped = await startInstance()
    const stream = await open('', {}, stopped.server)
    await stream.until(/id: /)
    const draining = stopped.server.drain.run({ lameDuckMilliseconds: 0, cutOffMilliseconds: 20_000 })
    expect(await stream.rest()).to.deep.equal([])
    await draining
  })

  it('sends nothing of an erased file but its uid and kind, also to a client that resumes', async () => {
    const stream = await open()
    await stream.until(/id: /)
    const from = stream.lastId()
    const { uid } = await addPicture()
    await setTitle(uid, 'a secret')
    await right(larder.trash.delete([uid], 'erase', 100))
    const again = await open(`?media=${uid}`, { 'last-event-id': from })
    const types: string[] = []
    while (types.at(-1) !== 'media.purged') {
      const { type, data } = await again.next()
      types.push(type)
      expect(data.data).to.deep.equal({ uid, kind: 'image' })
    }
    expect(types).to.deep.equal(['media.created', 'media.changed', 'media.deleted', 'media.purged'])
    for (const each of [stream, again]) each.leave()
  })

  it('goes on after an outage of the database, and loses no event', async () => {
    const stream = await open()
    await stream.until(/id: /)
    proxy.set({ kind: 'reset' })
    const { uid } = await addPicture()
    await right(larder.imageFiles.addExports(uid as never, [aNewImageExport()], null))
    await proxy.until(() => proxy.connections() === 0)
    proxy.set({ kind: 'pass' })
    const types = new Set<string>()
    while (!types.has('media.ready')) types.add((await stream.next()).type)
    expect([...types].filter((type) => type.startsWith('media.'))).to.deep.equal([
      'media.created',
      'media.ready',
    ])
    stream.leave()
  })

  it('begins with reset while it is open if the database was replaced', async () => {
    const stream = await open()
    await stream.until(/id: /)
    const { uid } = await addPicture()
    expect((await stream.next()).type).to.equal('media.created')
    await database.knex().raw("update events set created_at = created_at + interval '1.0001 second'")
    while ((await stream.next()).type !== 'reset');
    await setTitle(uid, 'later')
    expect((await stream.next()).data.data.title).to.equal('later')
    stream.leave()
  })

  it('has one connection to the database, whatever the number of clients', async () => {
    const streams = await Promise.all(Array.from({ length: 20 }, () => open()))
    for (const stream of streams) await stream.until(/id: /)
    const { rows } = await database
      .knex()
      .raw(
        `select count(*)::int as n from pg_stat_activity where application_name = 'larder events' and datname = current_database()`,
      )
    expect(rows).to.deep.equal([{ n: 1 }])
    const { uid } = await addPicture()
    for (const stream of streams) {
      let event = await stream.next()
      while (event.type !== 'media.created') event = await stream.next()
      expect(event.data.data.uid).to.equal(uid)
      stream.leave()
    }
  })
})
