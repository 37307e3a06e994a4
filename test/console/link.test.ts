import { expect } from 'chai'
import { createShareLink } from '../../src/console/share-link.ts'

const tokenUntil = (exp: unknown): string =>
  ['{"alg":"HS256"}', JSON.stringify({ sub: 'cf_ü', exp }), 'signature']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.')

const repliedAt = (milliseconds: number): Response =>
  new Response(null, { headers: { Date: new Date(milliseconds).toUTCString() } })

describe('createShareLink', () => {
  it('[V52] returns for how long its token is valid', () => {
    expect(createShareLink(tokenUntil(1000), () => 400_000).millisecondsLeft()).to.equal(600_000)
  })

  it('[V52] uses the clock of the server if the clock of the viewer is wrong', () => {
    let now = 5_000_000
    const link = createShareLink(tokenUntil(1000), () => now)
    link.syncClock(repliedAt(400_000))
    now += 100_000
    expect(link.millisecondsLeft()).to.equal(500_000)
    link.syncClock(new Response(null))
    expect(link.millisecondsLeft()).to.equal(500_000)
  })

  it('never ends by itself if the token cannot be parsed, because the server decides', () => {
    for (const jwt of ['', 'x', 'a.b.c', tokenUntil('soon'), tokenUntil(undefined)])
      expect(createShareLink(jwt, () => 0).millisecondsLeft()).to.equal(Number.POSITIVE_INFINITY)
  })
})
