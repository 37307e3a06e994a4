import { expect } from 'chai'
import type { TicketRepository } from '../../src/ports/ticket-repository.ts'
import { aNewTicket } from '../support/builders.ts'
import { right } from '../support/expect-right.ts'

type TicketStore = {
  readonly tickets: TicketRepository
  /** Lets this time pass for the rows that the store has now. */
  readonly advance: (seconds: number) => Promise<void>
  /** Number of rows. */
  readonly size: () => Promise<number>
}

/** What every TicketRepository promises. `make` returns an empty one. */
export const ticketRepositoryContract = (make: () => Promise<TicketStore>): void => {
  let store: TicketStore

  beforeEach(async () => {
    store = await make()
  })

  it('[§11.4] finds a ticket by its SHA-256, with all that was chosen for it', async () => {
    const full = aNewTicket({
      kinds: ['content', 'image'],
      count: 100,
      maxBytes: 2 ** 50,
      origins: ['https://a.example', 'http://b.example:8080'],
      details: { title: 'Für 🦊 "\\', isPublic: true, metadata: { a: [1, null, { b: 'ü' }], "o'hara": 0.5 } },
      mayView: true,
      expiresInSeconds: 604_800,
    })
    const bare = aNewTicket()
    for (const { sha256, expiresInSeconds, ...ticket } of [full, bare]) {
      const added = await right(store.tickets.add({ ...ticket, sha256, expiresInSeconds }))
      const { createdAt, expiresAt } = added
      expect(added).to.deep.equal({ ...ticket, used: 0, createdAt, expiresAt })
      expect(expiresAt - createdAt).to.equal(expiresInSeconds * 1000)
      expect(await right(store.tickets.find(sha256))).to.deep.equal({ _tag: 'Some', value: added })
    }
    for (const sha256 of ['', aNewTicket().sha256, full.sha256.toUpperCase()])
      expect(await right(store.tickets.find(sha256)), sha256).to.deep.equal({ _tag: 'None' })
  })

  it('[§11.4] finds no ticket that has expired', async () => {
    const [short, long] = [aNewTicket({ expiresInSeconds: 60 }), aNewTicket({ expiresInSeconds: 3600 })]
    for (const ticket of [short, long]) await right(store.tickets.add(ticket))
    await store.advance(59)
    expect(await right(store.tickets.find(short.sha256))).to.have.property('_tag', 'Some')
    await store.advance(2)
    expect(await right(store.tickets.find(short.sha256))).to.have.property('_tag', 'None')
    expect(await right(store.tickets.find(long.sha256))).to.have.property('_tag', 'Some')
  })

  it('deletes tickets a week after they have expired, when a new one is added', async () => {
    for (const expiresInSeconds of [60, 60, 86_400])
      await right(store.tickets.add(aNewTicket({ expiresInSeconds })))
    await store.advance(604_800 + 30)
    await right(store.tickets.add(aNewTicket()))
    expect(await store.size()).to.equal(4)
    await store.advance(60)
    await right(store.tickets.add(aNewTicket()))
    expect(await store.size()).to.equal(3)
  })
}
