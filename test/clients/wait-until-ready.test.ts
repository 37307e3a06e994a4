import { expect } from 'chai'
import { createClient, LarderError, type MediaState, waitUntilReady } from '#larder-client'
import type { Larder } from '../../src/composition/larder.ts'
import { outcomeOfFailure } from '../../src/domain/jobs/job-outcome.ts'
import { aNewFileJob, aNewImageExport, aNewImageFile } from '../support/builders.ts'
import { right } from '../support/expect-right.ts'
import { createMemoryLarder, listen, type TestServer } from '../support/memory-larder.ts'
import { startTcpFaultProxy, type TcpFaultProxy } from '../support/tcp-fault-proxy.ts'

/** Waits of the client, as turns of the event loop. */
const timers = { now: () => Date.now(), sleep: () => new Promise<void>((resolve) => setImmediate(resolve)) }

describe('waiting for the exports of a file, with the typed client', () => {
  let larder: Larder
  let server: TestServer
  let token: string
  let proxy: TcpFaultProxy

  const start = async (limits?: { readonly eventStreams: number }) => {
    larder = await createMemoryLarder({ clock: () => Date.now() })
    server = await listen(larder, undefined, limits)
    proxy = await startTcpFaultProxy(server.base)
    await right(larder.admins.setAdmin('ann', true))
    token = await right(larder.admins.mintIdToken('ann'))
  }
  afterEach(async () => {
    await proxy.close()
    await server.close()
  })

  const client = () => createClient({ baseUrl: proxy.endpoint, token, timers })

  const addFile = async () => {
    const file = aNewImageFile()
    const { uid: job } = aNewFileJob()
    await right(larder.imageFiles.add(file, { uid: job, attempts: 5 }))
    return { uid: file.uid, job }
  }
  const publish = (uid: Parameters<Larder['imageFiles']['addExports']>[0]) =>
    right(larder.imageFiles.addExports(uid, [aNewImageExport()], null))

  it('hears of each state, for an admin and for a viewer', async () => {
    await start()
    const { uid } = await addFile()
    const seen: string[] = []
    const onState = ({ state }: MediaState) => {
      seen.push(state)
      if (state === 'waiting') publishing ??= publish(uid)
    }
    let publishing: Promise<unknown> | null = null
    expect(await waitUntilReady(client(), { uid, onState, timers })).to.include({ state: 'ready' })
    await publishing
    expect(seen).to.deep.equal(['waiting', 'ready'])
    const viewer = client().withToken(await right(larder.tokens.mint('image', uid, 60)))
    expect(await waitUntilReady(viewer, { uid, kind: 'image', timers })).to.include({ state: 'ready' })
  })

  it('goes on over a lost connection', async () => {
    await start()
    const { uid } = await addFile()
    let cuts = 0
    const onState = ({ state }: MediaState) => {
      if (state !== 'waiting') return
      cuts += 1
      proxy.set({ kind: 'reset' })
      proxy.set({ kind: 'pass' })
      publishing = publish(uid)
    }
    let publishing: Promise<unknown> | null = null
    expect(await waitUntilReady(client(), { uid, onState, timers })).to.include({ state: 'ready' })
    await publishing
    expect(cuts).to.equal(1)
  })

  it('polls where the server has no stream left', async () => {
    await start({ eventStreams: 0 })
    const { uid } = await addFile()
    let publishing: Promise<unknown> | null = null
    const onState = ({ state }: MediaState) => {
      if (state === 'waiting') publishing = publish(uid)
    }
    expect(await waitUntilReady(client(), { uid, onState, timers })).to.include({ state: 'ready' })
    await publishing
  })

  it('fails with the reason of the refusal, with that of the server, or with that of the caller', async () => {
    await start()
    const { uid, job } = await addFile()
    const leased = await right(larder.jobs.takeOne(job))
    if (leased._tag === 'None') return expect.fail('it is not waiting')
    await right(
      larder.jobs.settle(leased.value.lease, outcomeOfFailure(leased.value, 'it has no pixels', 'file')),
    )
    const failureOf = (promise: Promise<unknown>) =>
      promise.then(
        () => expect.fail('it is ready'),
        (error: unknown) => error,
      )
    const refused = await failureOf(waitUntilReady(client(), { uid, timers }))
    expect(refused).to.be.instanceOf(LarderError)
    expect(refused).to.include({ type: 'exports_failed', message: 'it has no pixels' })
    expect(await failureOf(waitUntilReady(client(), { uid: 'if_none', timers }))).to.include({ status: 404 })
    expect(
      await failureOf(waitUntilReady(client().withToken('x'), { uid, kind: 'image', timers })),
    ).to.include({ status: 403 })

    const waiting = await addFile()
    const stop = new AbortController()
    const reason = new Error('the page was left')
    const left = waitUntilReady(client(), {
      uid: waiting.uid,
      signal: stop.signal,
      onState: () => stop.abort(reason),
      timers,
    })
    expect(await failureOf(left)).to.equal(reason)
  })
})
