import { expect } from 'chai'
import { createTicketRequests } from '../../../src/domain/upload/ticket-requests.ts'
import { aTicketUid } from '../../support/builders.ts'

describe('[§11.4] the requests of a ticket', () => {
  const [one, other] = [aTicketUid(), aTicketUid()]

  it('are three at a time', () => {
    const begin = createTicketRequests()
    const ends = [begin(one), begin(one), begin(one)]
    expect(ends).not.to.include(null)
    expect(begin(one)).to.equal(null)
    expect(begin(other)).not.to.equal(null)
    ends[0]?.()
    // A request that ends twice, by its reply and by its connection, is counted once.
    ends[0]?.()
    expect(begin(one)).not.to.equal(null)
    expect(begin(one)).to.equal(null)
  })
})
