import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { createCheckedMediaTokens } from '../../src/domain/access/checked-media-tokens.ts'
import { createRevocationIndex } from '../../src/domain/access/revocation-index.ts'
import { forbidden } from '../../src/domain/shared/errors.ts'
import { createOpenStreams } from '../../src/domain/shared/open-streams.ts'
import { TE } from '../../src/fp.ts'
import { createReplayCache, type ReplayCache } from '../../src/http/replay/replay-cache.ts'
import type { Replayable } from '../../src/http/replay/replayable.ts'
import type { MediaGrant, MediaTokens } from '../../src/ports/media-tokens.ts'
import { exchange } from '../support/exchange.ts'
import { createRecordingLog } from '../support/recording-log.ts'

const grant: MediaGrant = { sub: 'cf_a', iat: 1_799_999_999, exp: 1_800_000_060, restrictions: {} }
const jwt = 'aaa.bbb.ccc'
const common = { 'Cache-Control': 'private' }

/** The parts of a replay. A test can make each of them throw after the reply was stored. */
type Parts = {
  -readonly [K in 'known' | 'clock' | 'isStillCached' | 'plan' | 'cacheControlFor']: () => void
} & {
  body: () => ReadonlyArray<Uint8Array>
}

const broken = (): never => {
  throw new RangeError('offset is out of bounds')
}

describe('a fault in a replay costs one slow request [V1]', () => {
  const { log, entries } = createRecordingLog()
  const faults = () => entries.filter(({ event }) => event === 'replay.broken').length
  let parts: Parts
  let replays: ReplayCache
  let server: Server
  let url: string

  const replayable = (body: Replayable['body']): Replayable => ({
    viewer: { kind: 'content', grant, jwt, carrier: 'query' },
    file: null,
    isStillCached: () => {
      parts.isStillCached()
      return true
    },
    headers: { 'Content-Type': 'text/plain' },
    plan: () => {
      parts.plan()
      return { status: 304, headers: {}, body: { _tag: 'None' } }
    },
    body,
    cacheControlFor: () => {
      parts.cacheControlFor()
      return 'private'
    },
    size: 10,
  })

  const filled = (): Replayable['body'] => ({
    _tag: 'Template',
    tokenLength: jwt.length,
    fill: () => parts.body(),
  })

  const storeReply = (reply: Replayable, headers: Readonly<Record<string, string>> = common) =>
    replays.store({ method: 'GET', originalUrl: `/x?jwt=${jwt}`, headers: {} }, reply, headers)

  const send = (headers = {}) => exchange(url, { headers })

  beforeEach(async () => {
    const fine = () => undefined
    parts = {
      known: fine,
      clock: fine,
      isStillCached: fine,
      plan: fine,
      cacheControlFor: fine,
      body: () => [Buffer.from('replayed')],
    }
    const tokens: MediaTokens = {
      mint: () => TE.right(jwt),
      derive: () => TE.right(jwt),
      verify: () => TE.right(grant),
      verifiedGrant: () => {
        parts.known()
        return grant
      },
    }
    const checkedTokens = createCheckedMediaTokens({
      tokens,
      revocationIndex: createRevocationIndex(),
      checkPublic: () => TE.left(forbidden('not_public')),
    })
    const clock = () => {
      parts.clock()
      return 1_800_000_000_000
    }
    replays = createReplayCache({
      checkedTokens,
      openStreams: createOpenStreams(),
      clock,
      log,
      maxBytes: 2 ** 20,
      readsOrigin: false,
    })
    server = createServer((req, res) => {
      if (!replays.answer(req, res)) res.end('by the routes')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x?jwt=${jwt}`
  })
  afterEach((done) => {
    server.close(() => done())
    server.closeAllConnections()
  })

  const expectRoutesOnce = async (headers = {}): Promise<void> => {
    const before = faults()
    for (const _ of ['the first', 'the next']) {
      const { status, body } = await send(headers)
      expect({ status, body: body.toString() }).to.deep.equal({ status: 200, body: 'by the routes' })
    }
    expect(faults()).to.equal(before + 1)
  }

  for (const part of ['known', 'clock', 'isStillCached', 'cacheControlFor', 'body'] as const) {
    it(`when ${part} throws: the reply is evicted, and the routes reply`, async () => {
      storeReply(replayable(filled()))
      expect((await send()).body.toString()).to.equal('replayed')
      parts[part] = broken
      await expectRoutesOnce()
    })
  }

  it('when plan throws', async () => {
    storeReply(replayable(filled()))
    expect((await send({ 'if-none-match': '*' })).status).to.equal(304)
    parts.plan = broken
    await expectRoutesOnce({ 'if-none-match': '*' })
  })

  it('when its bytes cannot be read', async () => {
    storeReply(replayable({ _tag: 'Cached', bytes: () => parts.body()[0] ?? null }))
    expect((await send()).body.toString()).to.equal('replayed')
    parts.body = broken
    await expectRoutesOnce()
  })

  it('when Node rejects its head', async () => {
    storeReply(replayable(filled()), { ...common, 'X-Odd': 'a line\nand another' })
    await expectRoutesOnce()
  })

  it('when it cannot be stored: it is skipped without an exception', async () => {
    for (const part of ['known', 'clock', 'isStillCached'] as const) {
      const { [part]: fine } = parts
      parts[part] = broken
      storeReply(replayable(filled()))
      parts[part] = fine
      expect((await send()).body.toString(), part).to.equal('by the routes')
    }
    storeReply(replayable(filled()), {})
    expect((await send()).body.toString()).to.equal('by the routes')
  })

  it('after the head is written: the connection breaks, and no wrong body is sent', async () => {
    // Node rejects this body; the types of Larder do not allow it.
    parts.body = () => ['text', 7] as unknown as ReadonlyArray<Uint8Array>
    storeReply(replayable(filled()))
    expect((await send()).isWhole).to.equal(false)
    expect((await send()).body.toString()).to.equal('by the routes')
  })

  it('does not occur with a token of another length: the routes reply', async () => {
    storeReply(replayable({ _tag: 'Template', tokenLength: jwt.length + 1, fill: () => parts.body() }))
    expect((await send()).body.toString()).to.equal('by the routes')
  })
})
