import { expect } from 'chai'
import { createMemoryCache } from '../../../../src/adapters/cache/memory/memory-cache.ts'
import { O } from '../../../../src/fp.ts'
import { cacheKeys } from '../../../../src/ports/cache-keys.ts'
import { cacheContract } from '../../../contracts/cache.contract.ts'
import { anImageFileUid } from '../../../support/builders.ts'
import { cacheValue } from '../../../support/cache-value.ts'
import { cachedValue } from '../../../support/cached-value.ts'
import { right } from '../../../support/expect-right.ts'

describe('memory cache', () => {
  cacheContract(async (clock) => createMemoryCache(clock))

  it('stays within its budget (bytes), and evicts the least recently used entry first', async () => {
    const cache = createMemoryCache(() => 0, 10_000)
    const keys = Array.from({ length: 20 }, () => cacheKeys.imagePlaylist({ uid: anImageFileUid() }))
    const [first] = keys
    if (first === undefined) throw new Error('no key')
    for (const key of keys) {
      await right(cacheValue(cache, key, 'x'.repeat(1000)))
      expect(await cachedValue(cache, first)).to.deep.equal(O.some('x'.repeat(1000)))
    }
    const cached = await Promise.all(keys.map((key) => cachedValue(cache, key)))
    expect(cached.map(O.isSome)).to.deep.equal(keys.map((_, i) => i === 0 || i >= 15))
  })

  it('evicts no other entries for negative ones (http-api.md §9.2, W22)', async () => {
    const cache = createMemoryCache(() => 0, 100_000)
    const warm = [
      cacheKeys.imagePlaylist({ uid: anImageFileUid() }),
      cacheKeys.imagePlaylist({ uid: anImageFileUid() }),
    ]
    for (const key of warm) await right(cacheValue(cache, key, 'x'.repeat(40_000)))
    const negative = Array.from({ length: 1000 }, () => cacheKeys.imagePublic({ uid: anImageFileUid() }))
    for (const key of negative) await right(cacheValue(cache, key, false))
    for (const key of warm) expect(await cachedValue(cache, key)).to.deep.equal(O.some('x'.repeat(40_000)))
    const cached = await Promise.all(negative.map((key) => cachedValue(cache, key)))
    expect(cached.filter(O.isSome).length).to.be.within(10, 100)
    expect(cached.at(-1)).to.deep.equal(O.some(false))
  })

  it('counts the bytes of keys, which clients choose, as it counts those of values', async () => {
    const cache = createMemoryCache(() => 0, 160_000)
    const keys = Array.from({ length: 500 }, (_, i) => cacheKeys.isAdmin({ sub: `${'x'.repeat(1000)} ${i}` }))
    for (const key of keys) await right(cacheValue(cache, key, true))
    const cached = await Promise.all(keys.map((key) => cachedValue(cache, key)))
    expect(cached.filter(O.isSome).length).to.be.within(50, 75)
  })

  it('does not store a value larger than the whole budget', async () => {
    const cache = createMemoryCache(() => 0, 10_000)
    const key = cacheKeys.imagePlaylist({ uid: anImageFileUid() })
    await right(cacheValue(cache, key, 'small'))
    await right(cacheValue(cache, key, 'x'.repeat(20_000)))
    expect(await cachedValue(cache, key)).to.deep.equal(O.none)
  })
})
