import { expect } from 'chai'
import { formatCacheStatus, formatServerTiming } from '../../../src/http/bytes/cache-status.ts'
import type { TierOutcome } from '../../../src/ports/tier-outcome.ts'

describe('Cache-Status (http-api.md §7.3, RFC 9211)', () => {
  const table: ReadonlyArray<readonly [what: string, tiers: ReadonlyArray<TierOutcome>, header: string]> = [
    ['a hit in memory', [{ tier: 'memory', outcome: 'hit' }], 'memory; hit'],
    ['the remaining lifetime', [{ tier: 'memory', outcome: 'hit', ttl: 30 }], 'memory; hit; ttl=30'],
    ['a stale entry (§9.3)', [{ tier: 'disk', outcome: 'hit', ttl: -12 }], 'disk; hit; ttl=-12'],
    [
      'the tier nearest to the origin first (RFC 9211 §2)',
      [
        { tier: 'memory', outcome: 'miss' },
        { tier: 'disk', outcome: 'hit' },
      ],
      'disk; hit, memory; fwd=miss',
    ],
    [
      'a fill that another request started',
      [
        { tier: 'memory', outcome: 'miss' },
        { tier: 'disk', outcome: 'collapsed' },
        { tier: 'origin', outcome: 'hit' },
      ],
      'origin; hit, disk; fwd=miss; collapsed, memory; fwd=miss',
    ],
    ['a fill that is too far behind', [{ tier: 'disk', outcome: 'partial' }], 'disk; fwd=partial'],
    ['a read that bypasses the cache', [{ tier: 'disk', outcome: 'bypass' }], 'disk; fwd=bypass'],
    ['no tier', [], ''],
  ]
  for (const [what, tiers, header] of table) {
    it(`${what}: ${header}`, () => {
      expect(formatCacheStatus(tiers)).to.equal(header)
    })
  }
})

describe('Server-Timing (http-api.md §7.3)', () => {
  it('rounds each phase to 0.1 ms', () => {
    expect(
      formatServerTiming([
        { name: 'token', milliseconds: 0.04 },
        { name: 'db', milliseconds: 12.3456 },
      ]),
    ).to.equal('token;dur=0, db;dur=12.3')
  })
})
