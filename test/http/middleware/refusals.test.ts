import { expect } from 'chai'
import { right } from '../../support/expect-right.ts'
import { seedFilm } from '../../support/library.ts'
import { bearer, createMemoryLarder, createStandingClock, listen } from '../../support/memory-larder.ts'
import { createRecordingLog } from '../../support/recording-log.ts'

describe('refused requests [V61]', () => {
  it('are counted by reason, and logged at debug with the reason, never with the token', async () => {
    const { clock, advance } = createStandingClock()
    const { log, entries } = createRecordingLog()
    const larder = await createMemoryLarder({ clock, log })
    const film = await seedFilm(larder)
    const server = await listen(larder)
    const path = `/api/1/content_files/${film.uid}/web.json`
    const short = await right(larder.tokens.mint('content', film.uid, 10))
    const other = await right(larder.tokens.mint('content', 'cf_other', 1800))
    const picture = await right(larder.tokens.mint('image', film.uid, 1800))
    advance(20)
    await right(larder.admins.setAdmin('zoë', true))
    const admin = await right(larder.admins.mintIdToken('zoë'))

    const statuses: number[] = []
    for (const init of [
      {},
      { headers: { authorization: 'Basic eDp5' } },
      bearer('rubbish'),
      bearer(`${film.jwt.slice(0, -9)}AAAAAAAAA`),
      bearer(picture),
      bearer(short),
      bearer(short),
      bearer(other),
    ])
      statuses.push((await server.get(path, init)).status)
    expect(statuses).to.deep.equal([401, 401, 403, 403, 403, 403, 403, 403])

    const counters = (await (await server.get('/api/1/admin/cache', bearer(admin))).json()) as {
      refusals: Readonly<Record<string, number>>
    }
    await server.close()
    const expected = {
      not_set: 1,
      bad_format: 1,
      malformed: 1,
      signature: 1,
      unknown_key: 1,
      expired: 2,
      other_subject: 1,
    }
    expect(counters.refusals).to.deep.include(expected)
    expect(counters.refusals).to.have.all.keys(
      ...['not_set', 'bad_format', 'malformed', 'unknown_key', 'signature', 'issuer', 'audience', 'claims'],
      ...['expired', 'lifetime', 'issued_later', 'restriction', 'other_subject', 'revoked'],
      ...['not_public', 'not_admin', 'ticket'],
    )

    expect(entries.map(({ level, event }) => `${level} ${event}`)).to.deep.equal(
      Array(8).fill('debug request.refused'),
    )
    expect(entries[5]?.fields).to.deep.equal({
      route: '/api/1/content_files/:uid/web.json',
      reason: 'expired',
    })
    for (const jwt of [film.jwt, short, other, picture])
      for (const part of jwt.split('.').slice(1)) expect(JSON.stringify(entries)).not.to.include(part)
  })
})
