import { expect } from 'chai'
import { createMemoryCache } from '../../../../src/adapters/cache/memory/memory-cache.ts'
import { O } from '../../../../src/fp.ts'
import { cacheKeys } from '../../../../src/ports/cache-keys.ts'
import { cacheContract } from '../../../contracts/cache.contract.ts'
import { anImageFileUid } from '../../../support/builders.ts'
import { right } from '../../../support/expect-right.ts'
import { setNow } from '../../../support/set-now.ts'
import { valueIn } from '../../../support/value-in.ts'

describe('memory cache', () => {
  cacheContract(async (clock) => createMemoryCache(clock))

  it('holds no more bytes than it may, and lets go first of what was asked least lately', async () => {
    const cache = createMemoryCache(() => 0, 10_000)
    const keys = Array.from({ length: 20 }, () => cacheKeys.imagePlaylist({ uid: anImageFileUid() }))
    const [first] = keys
    if (first === undefined) throw new Error('no key')
    for (const key of keys) {
      await right(setNow(cache, key, 'x'.repeat(1000)))
      expect(await valueIn(cache, first)).to.deep.equal(O.some('x'.repeat(1000)))
    }
    const held = await Promise.all(keys.map((key) => valueIn(cache, key)))
    expect(held.map(O.isSome)).to.deep.equal(keys.map((_, i) => i === 0 || i >= 15))
  })

  it('lets go of nothing else for strangers who learn that they may not (http-api.md §9.2, W22)', async () => {
    const cache = createMemoryCache(() => 0, 100_000)
    const warm = [
      cacheKeys.imagePlaylist({ uid: anImageFileUid() }),
      cacheKeys.imagePlaylist({ uid: anImageFileUid() }),
    ]
    for (const key of warm) await right(setNow(cache, key, 'x'.repeat(40_000)))
    const asked = Array.from({ length: 1000 }, () => cacheKeys.imagePublic({ uid: anImageFileUid() }))
    for (const key of asked) await right(setNow(cache, key, false))
    for (const key of warm) expect(await valueIn(cache, key)).to.deep.equal(O.some('x'.repeat(40_000)))
    const held = await Promise.all(asked.map((key) => valueIn(cache, key)))
    expect(held.filter(O.isSome).length).to.be.within(10, 100)
    expect(held.at(-1)).to.deep.equal(O.some(false))
  })

  it('counts keys, which clients choose, as much as values', async () => {
    const cache = createMemoryCache(() => 0, 160_000)
    const keys = Array.from({ length: 500 }, (_, i) => cacheKeys.isAdmin({ sub: `${'x'.repeat(1000)} ${i}` }))
    for (const key of keys) await right(setNow(cache, key, true))
    const held = await Promise.all(keys.map((key) => valueIn(cache, key)))
    expect(held.filter(O.isSome).length).to.be.within(50, 75)
  })

  it('holds nothing that is larger than the whole of it', async () => {
    const cache = createMemoryCache(() => 0, 10_000)
    const key = cacheKeys.imagePlaylist({ uid: anImageFileUid() })
    await right(setNow(cache, key, 'small'))
    await right(setNow(cache, key, 'x'.repeat(20_000)))
    expect(await valueIn(cache, key)).to.deep.equal(O.none)
  })
})
