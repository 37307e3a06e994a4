import { expect } from 'chai'
import { createClient, eachEvent, LarderError, type LibraryEvent } from '#larder-client'
import { createPostgresEventLog } from '../../src/adapters/knex/postgres-event-log.ts'
import type { Larder } from '../../src/composition/larder.ts'
import { aNewFileJob, aNewImageFile } from '../support/builders.ts'
import { right } from '../support/expect-right.ts'
import { knexAdapters } from '../support/library-instance.ts'
import { createMemoryLarder, listen, type TestServer } from '../support/memory-larder.ts'
import { withDatabase } from '../support/postgres.ts'
import { pollUntilTrue } from '../support/processes.ts'
import { startTcpFaultProxy, type TcpFaultProxy } from '../support/tcp-fault-proxy.ts'

/** Waits of the client, as turns of the event loop. */
const timers = { now: () => Date.now(), sleep: () => new Promise<void>((resolve) => setImmediate(resolve)) }

describe('following the events of the library, with the typed client', () => {
  const database = withDatabase()
  let larder: Larder
  let server: TestServer
  let proxy: TcpFaultProxy
  let token: string
  let running: Promise<void>
  let stopping: AbortController
  let following: AbortController

  beforeEach(async () => {
    await database.empty()
    const db = database.knex()
    larder = await createMemoryLarder({
      ...knexAdapters(db),
      clock: Date.now,
      eventLog: createPostgresEventLog(db, async () => database.connection()),
    })
    stopping = new AbortController()
    following = new AbortController()
    running = larder.eventHub.run(stopping.signal)
    server = await listen(larder)
    proxy = await startTcpFaultProxy(server.base)
    await right(larder.admins.setAdmin('ann', true))
    token = await right(larder.admins.mintIdToken('ann'))
  })
  afterEach(async () => {
    following.abort()
    stopping.abort()
    await proxy.close()
    await server.close()
    await running
  })

  const client = (jwt = token) => createClient({ baseUrl: proxy.endpoint, token: jwt, timers })
  const addFile = async () => {
    const file = aNewImageFile()
    await right(larder.imageFiles.add(file, aNewFileJob()))
    return file.uid
  }
  /** Returns the next event that is stored. */
  const nextOf = async (events: AsyncGenerator<LibraryEvent>): Promise<LibraryEvent> => {
    for await (const event of { [Symbol.asyncIterator]: () => ({ next: () => events.next() }) })
      if (event.id !== null) return event
    return expect.fail('the events end')
  }

  it('yields each event once, in order, over lost connections', async () => {
    const first = await addFile()
    const lost: unknown[] = []
    const events = eachEvent(client(), {
      ...{ after: '1-10000', signal: following.signal, timers },
      onLost: (error) => {
        lost.push(error)
        proxy.set({ kind: 'pass' })
      },
    })
    const reset = await nextOf(events)
    expect(reset).to.deep.include({ type: 'reset', data: {} })
    const second = await addFile()
    const created = await nextOf(events)
    expect(created).to.have.all.keys('id', 'type', 'timestamp', 'data')
    expect([created.type, created.data.uid]).to.deep.equal(['media.created', second])

    proxy.set({ kind: 'reset' })
    const third = await addFile()
    const fourth = await addFile()
    expect([(await nextOf(events)).data.uid, (await nextOf(events)).data.uid]).to.deep.equal([third, fourth])
    expect(lost).to.have.length(1)

    const others = eachEvent(client(), {
      ...{ query: { media: first }, after: created.id ?? '', signal: following.signal, timers },
    })
    await right(larder.media.change(fourth, { title: 'b' }, null))
    await right(larder.media.change(first, { title: 'a' }, null))
    expect((await nextOf(others)).data).to.include({ uid: first, title: 'a' })
  })

  it('remembers the id of a stream without events', async () => {
    await addFile()
    let hear = (): void => undefined
    const heard = new Promise<void>((resolve) => {
      hear = resolve
    })
    const transform = (chunk: Uint8Array, controller: TransformStreamDefaultController<Uint8Array>) => {
      controller.enqueue(chunk)
      if (/^id: /m.test(Buffer.from(chunk).toString())) hear()
    }
    const listening = createClient({
      ...{ baseUrl: proxy.endpoint, token, timers },
      fetch: async (...given) => {
        const reply = await fetch(...given)
        return new Response(reply.body?.pipeThrough(new TransformStream({ transform })) ?? null, reply)
      },
    })
    const next = nextOf(eachEvent(listening, { signal: following.signal, timers }))
    await heard
    proxy.set({ kind: 'reset' })
    const last = larder.eventHub.last()
    const uid = await addFile()
    await pollUntilTrue(async () => larder.eventHub.last()?.id !== last?.id)
    proxy.set({ kind: 'pass' })
    expect((await next).data.uid).to.equal(uid)
  })

  it('fails at once where it cannot begin, and with the reason of the signal', async () => {
    const failureOf = (promise: Promise<unknown>) =>
      promise.then(
        () => expect.fail('it goes on'),
        (error: unknown) => error,
      )
    const missing = eachEvent(client(), { query: { job: 'job_none' }, timers })
    expect(await failureOf(missing.next())).to.include({ type: 'not_found', status: 404 })
    expect(await failureOf(eachEvent(client('x.y.z'), { timers }).next())).to.include({ status: 403 })
    const events = eachEvent(client(), { signal: following.signal, timers })
    const reason = new Error('the page was left')
    const waiting = failureOf(events.next())
    following.abort(reason)
    expect(await waiting).to.equal(reason)
    proxy.set({ kind: 'reset' })
    const away = await failureOf(eachEvent(client(), { timers }).next())
    expect(away).to.be.instanceOf(LarderError)
    expect(away).to.include({ type: 'unreachable' })
  })

  it('ends when the server refuses to go on', async () => {
    const tokens = [token]
    const renewed = createClient({ baseUrl: proxy.endpoint, timers, token: () => tokens.shift() ?? 'x.y.z' })
    const events = eachEvent(renewed, { signal: following.signal, timers, after: '1-10000' })
    expect((await nextOf(events)).type).to.equal('reset')
    proxy.set({ kind: 'reset' })
    proxy.set({ kind: 'pass' })
    const refusal = await events.next().catch((error: unknown) => error)
    expect(refusal).to.include({ status: 403 })
  })
})
