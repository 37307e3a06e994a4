import { expect } from 'chai'
import fc from 'fast-check'
import {
  formatCacheStatus,
  formatServerTiming,
  type TierStatus,
} from '../../../src/http/bytes/cache-status.ts'

const hit = { _tag: 'Hit' } as const

describe('Cache-Status (http-api.md §7.3, RFC 9211)', () => {
  const table: ReadonlyArray<readonly [what: string, tiers: ReadonlyArray<TierStatus>, header: string]> = [
    ['a hit in memory', [{ tier: 'memory', outcome: hit }], 'memory; hit'],
    ['what is left of its time', [{ tier: 'memory', outcome: hit, ttl: 30 }], 'memory; hit; ttl=30'],
    [
      'an entry served stale (§9.3)',
      [{ tier: 'disk', outcome: hit, ttl: -12, detail: 'stale: database unavailable' }],
      'disk; hit; ttl=-12; detail="stale: database unavailable"',
    ],
    [
      'the tier nearest to the origin first (RFC 9211 §2)',
      [
        { tier: 'memory', outcome: { _tag: 'Forwarded', because: 'miss', stored: true } },
        { tier: 'disk', outcome: hit },
      ],
      'disk; hit, memory; fwd=miss; stored',
    ],
    [
      'a fill that another request started',
      [
        { tier: 'memory', outcome: { _tag: 'Forwarded', because: 'miss' } },
        { tier: 'disk', outcome: { _tag: 'Forwarded', because: 'stale', stored: true, collapsed: true } },
        { tier: 'origin', outcome: hit },
      ],
      'origin; hit, disk; fwd=stale; stored; collapsed, memory; fwd=miss',
    ],
    ['no tier', [], ''],
  ]
  for (const [what, tiers, header] of table) {
    it(`${what}: ${header}`, () => {
      expect(formatCacheStatus(tiers)).to.equal(header)
    })
  }

  it('a detail cannot end the header or its string, whatever its content', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (detail) => {
        const header = formatCacheStatus([{ tier: 'disk', outcome: hit, detail }])
        expect(header).to.match(/^disk; hit; detail="(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"$/)
      }),
    )
  })
})

describe('Server-Timing (http-api.md §7.3)', () => {
  it('rounds each phase to 0.1 ms', () => {
    expect(
      formatServerTiming([
        { name: 'token', milliseconds: 0.04 },
        { name: 'db', milliseconds: 12.3456, description: 'one "query"' },
      ]),
    ).to.equal('token;dur=0, db;dur=12.3;desc="one \\"query\\""')
  })
})
