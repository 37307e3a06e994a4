import { expect } from 'chai'
import { randomTicketSecrets } from '../../../src/adapters/crypto/random-ticket-secrets.ts'
import type { Larder } from '../../../src/composition/larder.ts'
import { forbidden } from '../../../src/domain/shared/errors.ts'
import type { TicketChoice } from '../../../src/domain/upload/upload-ticket.ts'
import { left, right } from '../../support/expect-right.ts'
import { createMemoryLarder, createStandingClock, publicUrl } from '../../support/memory-larder.ts'

const choice: TicketChoice = {
  maxBytes: 1000,
  kinds: ['image'],
  count: 1,
  origins: null,
  details: { title: 'A form', isPublic: false, metadata: { a: 1 } },
  mayView: true,
  expiresInSeconds: 60,
}

describe('[§11.4] tickets for uploads', () => {
  const time = createStandingClock()
  let larder: Larder
  const issue = (changed: Partial<TicketChoice> = {}) =>
    right(larder.ticketService.issue('ann', { ...choice, ...changed }))
  const authenticate = (secret: string, origin: string | null = null) =>
    larder.ticketService.authenticate(secret, origin)
  const refused = forbidden('ticket')

  beforeEach(async () => {
    larder = await createMemoryLarder({ clock: time.clock })
    await right(larder.users.setAdmin('ann', true))
  })

  it('give their holder the rights that were chosen, and no more', async () => {
    const { secret, ticket, tusUrl } = await issue()
    expect(secret).to.match(/^[\w-]{43}$/)
    expect(tusUrl).to.equal(`${publicUrl}/api/1/uploads/tus`)
    expect(await right(authenticate(secret))).to.deep.equal({
      owner: { kind: 'ticket', ticket: ticket.uid, admin: 'ann' },
      credential: null,
      maxBytes: 1000,
      kinds: ['image'],
      fixed: choice.details,
      deduplicates: false,
      mayView: true,
    })
  })

  it('have secrets that differ, and are stored nowhere', async () => {
    const issued = await Promise.all(Array.from({ length: 20 }, () => issue()))
    expect(new Set(issued.map(({ secret }) => secret))).to.have.property('size', 20)
    expect(new Set(issued.map(({ ticket }) => ticket.uid))).to.have.property('size', 20)
    for (const { secret, ticket } of issued) {
      expect(JSON.stringify(ticket)).not.to.include(secret)
      expect(randomTicketSecrets.hash(secret)).to.match(/^[\da-f]{64}$/)
    }
  })

  it('open nothing once they have expired', async () => {
    const { secret } = await issue()
    time.advance(59)
    await right(authenticate(secret))
    time.advance(2)
    expect(await left(authenticate(secret))).to.deep.equal(refused)
  })

  it('open nothing once they are revoked', async () => {
    const [{ secret, ticket }, other] = [await issue(), await issue()]
    await right(larder.revocationService.revoke({ kind: 'jti', subject: ticket.uid }))
    expect(await left(authenticate(secret))).to.deep.equal(refused)
    await right(authenticate(other.secret))
  })

  it('open nothing while their admin is none', async () => {
    const { secret } = await issue()
    await right(larder.admins.setAdmin('ann', false))
    expect(await left(authenticate(secret))).to.deep.equal(refused)
    await right(larder.admins.setAdmin('ann', true))
    await right(authenticate(secret))
  })

  it('with origins are for pages of these alone', async () => {
    const { secret } = await issue({ origins: ['https://a.example', 'http://localhost:3000'] })
    for (const origin of ['https://a.example', 'http://localhost:3000'])
      await right(authenticate(secret, origin))
    for (const origin of [
      null,
      'null',
      '',
      'https://b.example',
      'http://a.example',
      'https://a.example:8443',
      'https://a.example.evil.example',
      'HTTPS://A.EXAMPLE',
    ])
      expect(await left(authenticate(secret, origin)), String(origin)).to.deep.equal(refused)
    const open = await issue()
    for (const origin of [null, 'https://b.example']) await right(authenticate(open.secret, origin))
  })

  it('fail alike, whatever is wrong', async () => {
    const { secret } = await issue()
    for (const wrong of [
      '',
      'x'.repeat(43),
      secret.slice(1),
      `${secret}a`,
      secret.toLowerCase(),
      ` ${secret}`,
    ])
      expect(await left(authenticate(wrong)), wrong).to.deep.equal(refused)
  })
})
