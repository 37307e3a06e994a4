import { expect } from 'chai'
import type { Larder } from '../../../src/composition/larder.ts'
import { outcomeOfFailure } from '../../../src/domain/jobs/job-outcome.ts'
import type { JobUid } from '../../../src/domain/media/ids.ts'
import { aNewContentFile, aNewFileJob } from '../../support/builders.ts'
import { right } from '../../support/expect-right.ts'
import { seedImage } from '../../support/library.ts'
import {
  createMemoryLarder,
  createStandingClock,
  listen,
  type TestServer,
} from '../../support/memory-larder.ts'
import { createTestSleep } from '../../support/test-sleep.ts'

describe('the stream of the states of a file (§5.11)', () => {
  let larder: Larder
  let server: TestServer
  let elapse: (seconds: number) => void
  let testSleep: ReturnType<typeof createTestSleep>
  const start = async (limits?: { readonly eventStreams: number }) => {
    const { clock, advance } = createStandingClock()
    elapse = advance
    larder = await createMemoryLarder({ clock })
    testSleep = createTestSleep()
    server = await listen({ ...larder, sleep: testSleep.sleep }, undefined, limits)
  }
  beforeEach(() => start())
  afterEach(() => server.close())

  /** Adds a file whose exports are not made yet. */
  const addFile = async (
    isPublic = false,
  ): Promise<{
    readonly path: string
    readonly jwt: string
    readonly job: JobUid
  }> => {
    const file = aNewContentFile({ isPublic })
    const { uid: job } = aNewFileJob()
    await right(larder.contentFiles.add(file, { uid: job, attempts: 5 }))
    const jwt = await right(larder.tokens.mint('content', file.uid, 60))
    return { path: `/api/1/content_files/${file.uid}/status?jwt=${jwt}`, jwt, job }
  }

  const open = async (path: string, headers: Readonly<Record<string, string>> = {}) => {
    const leaving = new AbortController()
    const reply = await server.get(path, {
      headers: { accept: 'text/event-stream', ...headers },
      signal: leaving.signal,
    })
    const reader = reply.body?.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    return {
      reply,
      leave: () => leaving.abort(),
      /** Reads until the text matches, and returns the text since the last call. */
      readUntil: async (pattern: RegExp): Promise<string> => {
        while (!pattern.test(text)) {
          const piece = await reader?.read()
          if (piece === undefined || piece.done) return expect.fail(`the stream ended: ${text}`)
          text += piece.value
        }
        const all = text
        text = ''
        return all
      },
      readAll: async (): Promise<string> => {
        for (let piece = await reader?.read(); piece?.done === false; piece = await reader?.read())
          text += piece.value
        return text
      },
    }
  }

  it('sends the state at once, each change, and ends with the final one', async () => {
    const { path, job } = await addFile()
    const stream = await open(path)
    expect([stream.reply.status, stream.reply.headers.get('content-type')]).to.deep.equal([
      200,
      'text/event-stream',
    ])
    expect(stream.reply.headers.get('cache-control')).to.equal('no-store')
    expect(stream.reply.headers.get('vary')).to.match(/\bAccept\b/)
    expect(await stream.readUntil(/data: .*\n\n$/)).to.equal(
      'retry: 2000\n\nid: waiting\ndata: {"state":"waiting","progress":null,"stage":null,"reason":null,"eta_seconds":null}\n\n',
    )
    const leased = await right(larder.jobs.takeOne(job))
    if (leased._tag === 'None') return expect.fail('it is not waiting')
    await right(
      larder.jobs.settle(leased.value.lease, outcomeOfFailure(leased.value, 'it has no pixels', 'file')),
    )
    elapse(1)
    await wakeUntilEnd(stream.readAll(), (all) => {
      expect(all.split('\n\n').slice(-2)).to.deep.equal([
        'id: failed\ndata: {"state":"failed","progress":null,"stage":null,"reason":"it has no pixels","eta_seconds":null}',
        '',
      ])
    })
    const again = await open(path, { 'last-event-id': 'failed' })
    expect(again.reply.status).to.equal(204)
    const late = await open(path, { 'last-event-id': 'making' })
    expect(await late.readAll()).to.match(/id: failed/)
  })

  /** Wakes the server from its pauses until the stream has ended. */
  const wakeUntilEnd = async (reading: Promise<string>, check: (all: string) => void): Promise<void> => {
    let hasEnded = false
    const ended = reading.then((all) => {
      hasEnded = true
      return all
    })
    while (!hasEnded) {
      await Promise.race([testSleep.next(), ended])
      await new Promise(setImmediate)
    }
    check(await ended)
  }

  it('ends when its token is revoked', async () => {
    const { path } = await addFile()
    const stream = await open(path)
    await stream.readUntil(/waiting/)
    const uid = /content_files\/([^/]+)/.exec(path)?.[1] ?? ''
    await right(larder.revocationService.revoke({ kind: 'uid', subject: uid }))
    await wakeUntilEnd(stream.readAll(), (all) => expect(all).not.to.match(/data/))
    expect((await open(path)).reply.status).to.equal(403)
  })

  it('[§5.10] is open to callers without a token as long as the file is public', async () => {
    const { path } = await addFile(true)
    const stream = await open(path.replace(/\?.*/, ''))
    expect(stream.reply.headers.get('vary')).to.equal('Accept')
    await stream.readUntil(/waiting/)
    const uid = /content_files\/([^/]+)/.exec(path)?.[1] ?? ''
    await right(larder.library.change(uid, { isPublic: false }, null))
    await wakeUntilEnd(stream.readAll(), (all) => expect(all).not.to.match(/data/))
    expect((await open(path.replace(/\?.*/, ''))).reply.status).to.equal(401)
    expect((await open(path)).reply.status).to.equal(200)
  })

  it('is JSON unless the client prefers events, and refuses who may not see the file', async () => {
    const { path } = await addFile()
    for (const accept of [
      '*/*',
      'application/json',
      'text/event-stream;q=0',
      'text/event-stream;q=0.5, application/json',
    ]) {
      const reply = await server.get(path, { headers: { accept } })
      expect([accept, reply.headers.get('content-type')]).to.deep.equal([
        accept,
        'application/json; charset=utf-8',
      ])
    }
    expect((await open(path.replace(/\?.*/, ''))).reply.status).to.equal(401)
    const { jwt } = await seedImage(larder)
    expect((await open(path.replace(/jwt=.*/, `jwt=${jwt}`))).reply.status).to.equal(403)
  })

  it('is open five times for a token, half of SSE_MAX times without one, and SSE_MAX times for all; one that ends frees its place', async () => {
    const { path } = await addFile()
    const streams = await Promise.all([1, 2, 3, 4, 5].map(() => open(path)))
    const refused = await open(path)
    expect([refused.reply.status, refused.reply.headers.get('retry-after')]).to.deep.equal([503, '10'])
    expect((await open((await addFile()).path)).reply.status).to.equal(200)
    streams[0]?.leave()
    let reply = refused.reply
    while (reply.status === 503) reply = (await open(path)).reply
    expect(reply.status).to.equal(200)

    await server.close()
    await start({ eventStreams: 4 })
    const publicPath = async () => (await addFile(true)).path.replace(/\?.*/, '')
    const anonymous = [
      await open(await publicPath()),
      await open(await publicPath()),
      await open(await publicPath()),
    ]
    expect(anonymous.map((stream) => stream.reply.status)).to.deep.equal([200, 200, 503])
    expect((await open((await addFile()).path)).reply.status).to.equal(200)

    await server.close()
    await start({ eventStreams: 1 })
    const first = await open((await addFile()).path)
    expect(first.reply.status).to.equal(200)
    expect((await open((await addFile()).path)).reply.status).to.equal(503)
  })
})
