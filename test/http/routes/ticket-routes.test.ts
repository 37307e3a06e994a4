import { expect } from 'chai'
import type { Larder } from '../../../src/composition/larder.ts'
import { right } from '../../support/expect-right.ts'
import {
  createMemoryLarder,
  createStandingClock,
  listen,
  publicUrl,
  type TestServer,
} from '../../support/memory-larder.ts'

type Issued = {
  readonly ticket: string
  readonly uid: string
  readonly tus_url: string
  readonly expires_at: string
}
type Faults = { readonly detail: ReadonlyArray<{ readonly loc: ReadonlyArray<string> }> }

const path = '/api/1/admin/upload_tickets'

describe('the route for tickets', () => {
  const time = createStandingClock()
  let larder: Larder
  let server: TestServer
  let idToken: string

  before(async () => {
    larder = await createMemoryLarder({ clock: time.clock })
    await right(larder.users.setAdmin('ann', true))
    idToken = await right(larder.admins.mintIdToken('ann'))
    server = await listen(larder)
  })
  after(() => server.close())

  const post = (body: unknown, token = idToken) =>
    server.get(path, {
      method: 'POST',
      headers: { authorization: `bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })

  it('[§11.4] issues a ticket with defaults', async () => {
    const reply = await post({ max_bytes: 1000, kinds: ['image'] })
    expect(reply.status).to.equal(200)
    expect(reply.headers.get('cache-control')).to.equal('no-store')
    const issued = (await reply.json()) as Issued
    expect(issued).to.have.all.keys('ticket', 'uid', 'tus_url', 'expires_at')
    expect(issued.ticket).to.match(/^[\w-]{43}$/)
    expect(issued.uid).to.match(/^ut_[\w-]{22}$/)
    expect(issued.tus_url).to.equal(`${publicUrl}/api/1/uploads/tus`)
    expect(issued.expires_at).to.equal(new Date(time.clock() + 3_600_000).toISOString())
    const stored = await right(larder.tickets.find(larder.ticketSecrets.hash(issued.ticket)))
    expect(stored).to.have.nested.property('value.count', 1)
    expect(await right(larder.ticketService.authenticate(issued.ticket, null))).to.deep.include({
      fixed: { title: null, isPublic: false, metadata: {} },
      kinds: ['image'],
      maxBytes: 1000,
      mayView: false,
    })
  })

  it('[§11.4] takes all that an admin may choose', async () => {
    const reply = await post({
      max_bytes: 5,
      kinds: ['content', 'image'],
      expires_in: 604_800,
      count: 100,
      origins: ['https://a.example'],
      title: 'Ü',
      public: true,
      metadata: { a: 1 },
      view: true,
    })
    const issued = (await reply.json()) as Issued
    expect(issued.expires_at).to.equal(new Date(time.clock() + 604_800_000).toISOString())
    const rights = await right(larder.ticketService.authenticate(issued.ticket, 'https://a.example'))
    expect(rights).to.deep.include({
      fixed: { title: 'Ü', isPublic: true, metadata: { a: 1 } },
      kinds: ['content', 'image'],
      mayView: true,
    })
  })

  it('[§11.4] refuses what it does not know, and what is beyond its limits', async () => {
    const good = { max_bytes: 1, kinds: ['image'] }
    for (const [changed, place] of [
      [{ max_bytes: 0 }, 'max_bytes'],
      [{ max_bytes: 1.5 }, 'max_bytes'],
      [{ max_bytes: '1' }, 'max_bytes'],
      [{ max_bytes: 2 ** 53 }, 'max_bytes'],
      [{ max_bytes: undefined }, 'max_bytes'],
      [{ kinds: [] }, 'kinds'],
      [{ kinds: undefined }, 'kinds'],
      [{ kinds: ['image', 'image'] }, 'kinds'],
      [{ kinds: ['video'] }, 'kinds'],
      [{ kinds: 'image' }, 'kinds'],
      [{ expires_in: 604_801 }, 'expires_in'],
      [{ expires_in: 0 }, 'expires_in'],
      [{ count: 101 }, 'count'],
      [{ count: 0 }, 'count'],
      [{ origins: [] }, 'origins'],
      [{ origins: ['*'] }, 'origins'],
      [{ origins: ['null'] }, 'origins'],
      [{ origins: ['https://a.example/'] }, 'origins'],
      [{ origins: ['https://A.example'] }, 'origins'],
      [{ origins: ['ftp://a.example'] }, 'origins'],
      [{ origins: Array.from({ length: 21 }, (_, n) => `https://a${n}.example`) }, 'origins'],
      [{ title: '\0' }, 'title'],
      [{ title: 'x'.repeat(501) }, 'title'],
      [{ public: 1 }, 'public'],
      [{ metadata: [] }, 'metadata'],
      [{ view: null }, 'view'],
      [{ max_byte: 1 }, 'max_byte'],
    ] as const) {
      const reply = await post({ ...good, ...changed })
      expect(reply.status, JSON.stringify(changed)).to.equal(422)
      const { detail } = (await reply.json()) as Faults
      expect(detail[0]?.loc, JSON.stringify(changed)).to.deep.equal(['body', place])
    }
  })

  it('[§11.4] is for admins alone: a ticket issues no ticket', async () => {
    const { ticket } = (await (await post({ max_bytes: 1, kinds: ['image'] })).json()) as Issued
    const other = await right(larder.admins.mintIdToken('bob'))
    for (const token of [ticket, other]) expect((await post({}, token)).status).to.equal(403)
    const anonymous = await server.get(path, { method: 'POST' })
    expect(anonymous.status).to.equal(401)
    const reply = await server.get(`${path}?jwt=${idToken}`, { method: 'POST' })
    expect(reply.status).to.equal(401)
  })
})
