import { expect } from 'chai'
import { createMemoryCache, createMemoryTier } from '../../../src/adapters/cache/memory/memory-cache.ts'
import { createSingleTierCache } from '../../../src/adapters/cache/tiers/cache-tier.ts'
import { createStaleReader } from '../../../src/adapters/cache/tiers/tier-stale-cache.ts'
import { createReadThrough } from '../../../src/domain/caching/read-through.ts'
import { notFound, type Unavailable, unavailable } from '../../../src/domain/shared/errors.ts'
import { O, TE } from '../../../src/fp.ts'
import { cacheKeys } from '../../../src/ports/cache-keys.ts'
import { aContentFileUid } from '../../support/builders.ts'
import { cacheValue } from '../../support/cache-value.ts'
import { left, right } from '../../support/expect-right.ts'
import { createStandingClock } from '../../support/memory-larder.ts'
import { createSlowCacheRead } from '../../support/slow-cache-read.ts'

const day = 86_400
const key = cacheKeys.webPlaylist({ uid: aContentFileUid() })
const down = TE.left(unavailable('database')('down'))

const withCachedValue = async () => {
  const { clock, advance } = createStandingClock()
  const tier = createMemoryTier(2 ** 20)
  const cache = createSingleTierCache(tier, clock)
  await right(cacheValue(cache, key, 'old'))
  return { cache, stale: createStaleReader(tier, clock), advance, life: key.ttlSeconds ?? 0 }
}

describe('read-through', () => {
  it('looks up and loads once for all concurrent callers, however long it takes (W26)', async () => {
    const { cache, holdNext, letGo } = createSlowCacheRead(createMemoryCache(() => 0))
    const readThrough = createReadThrough(cache)
    let loads = 0
    const load = async () => {
      loads += 1
      return TE.right('list')()
    }
    holdNext()
    const reads = Array.from({ length: 6 }, () => right(readThrough(key, load)))
    letGo()
    for (const { value } of await Promise.all(reads)) expect(value).to.equal('list')
    expect(loads).to.equal(1)
  })

  it('does not cache a value whose load took too long, because a newer value may be cached', async () => {
    const cache = createMemoryCache(() => 0)
    const readThrough = createReadThrough(cache, null, (_, load) => load({ isGivenUp: () => true }))
    await right(readThrough(key, TE.right('late')))
    expect(await right(cache.get(key))).to.deep.equal(O.none)
  })

  it('reports where each value was found', async () => {
    const { cache, stale, advance, life } = await withCachedValue()
    const readThrough = createReadThrough(cache, stale)
    const other = cacheKeys.webPlaylist({ uid: aContentFileUid() })
    const tiersOf = async (cacheKey: typeof key, load: TE.TaskEither<Unavailable, string>) =>
      (await right(readThrough(cacheKey, load))).tiers
    expect(await tiersOf(other, TE.right('new'))).to.deep.equal([
      { tier: 'memory', outcome: 'miss' },
      { tier: 'origin', outcome: 'hit' },
    ])
    expect(await tiersOf(key, down)).to.deep.equal([{ tier: 'memory', outcome: 'hit' }])
    advance(life + 7)
    expect(await tiersOf(key, down)).to.deep.equal([{ tier: 'memory', outcome: 'hit', ttl: -7 }])
  })

  it('reports whether a value is still cached: until it changes, is deleted, or expires', async () => {
    const { cache, advance, life } = await withCachedValue()
    const find = () => right(createReadThrough(cache)(key, down))
    const first = await find()
    expect(first.isStillCached()).to.equal(true)
    await right(cacheValue(cache, key, 'old'))
    expect(first.isStillCached(), 'set again').to.equal(false)
    const second = await find()
    await right(cache.delete(key))
    expect(second.isStillCached(), 'deleted').to.equal(false)
    await right(cacheValue(cache, key, 'new'))
    const third = await find()
    advance(life)
    expect(third.isStillCached(), 'expired').to.equal(false)
  })
})

describe('read-through of expired values (http-api.md §9.3)', () => {
  it('returns them for a day while loads fail, and then no longer', async () => {
    const { cache, stale, advance, life } = await withCachedValue()
    const readThrough = createReadThrough(cache, stale)
    advance(life)
    expect((await right(readThrough(key, down))).value).to.equal('old')
    advance(day - 1)
    expect((await right(readThrough(key, down))).value).to.equal('old')
    advance(1)
    expect(await left(readThrough(key, down))).to.include({ _tag: 'Unavailable' })
  })

  it('returns the new value as soon as a load succeeds', async () => {
    const { cache, stale, advance, life } = await withCachedValue()
    const readThrough = createReadThrough(cache, stale)
    advance(life)
    await right(readThrough(key, down))
    expect((await right(readThrough(key, TE.right('new')))).value).to.equal('new')
    expect((await right(readThrough(key, down))).value).to.equal('new')
  })

  it('does not return them if the load finds nothing', async () => {
    const { cache, stale, advance, life } = await withCachedValue()
    advance(life)
    const missing = TE.left(notFound('content_file', 'cf'))
    expect(await left(createReadThrough(cache, stale)(key, missing))).to.include({ _tag: 'NotFound' })
  })

  it('does not return a deleted value', async () => {
    const { cache, stale } = await withCachedValue()
    await right(cache.delete(key))
    expect(await left(createReadThrough(cache, stale)(key, down))).to.include({ _tag: 'Unavailable' })
  })

  it('does not return them without a stale reader', async () => {
    const { cache, advance, life } = await withCachedValue()
    advance(life)
    expect(await left(createReadThrough(cache)(key, down))).to.include({ _tag: 'Unavailable' })
  })
})
