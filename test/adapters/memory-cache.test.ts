import { expect } from 'chai'
import { createMemoryCache } from '../../src/adapters/memory/memory-cache.ts'
import { O } from '../../src/fp.ts'
import { cacheKeys } from '../../src/ports/cache-keys.ts'
import { cacheContract } from '../contracts/cache.contract.ts'
import { anImageFileUid } from '../support/builders.ts'
import { right } from '../support/expect-right.ts'
import { valueIn } from '../support/value-in.ts'

describe('memory cache', () => {
  cacheContract(async (clock) => createMemoryCache(clock))

  it('holds no more bytes than it may, and lets go first of what was asked least lately', async () => {
    const cache = createMemoryCache(() => 0, 10_000)
    const keys = Array.from({ length: 20 }, () => cacheKeys.imagePlaylist({ uid: anImageFileUid() }))
    const [first] = keys
    if (first === undefined) throw new Error('no key')
    for (const key of keys) {
      await right(cache.set(key, 'x'.repeat(1000)))
      expect(await valueIn(cache, first)).to.deep.equal(O.some('x'.repeat(1000)))
    }
    const held = await Promise.all(keys.map((key) => valueIn(cache, key)))
    expect(held.map(O.isSome)).to.deep.equal(keys.map((_, i) => i === 0 || i >= 14))
  })

  it('holds nothing that is larger than the whole of it', async () => {
    const cache = createMemoryCache(() => 0, 10_000)
    const key = cacheKeys.imagePlaylist({ uid: anImageFileUid() })
    await right(cache.set(key, 'small'))
    await right(cache.set(key, 'x'.repeat(20_000)))
    expect(await valueIn(cache, key)).to.deep.equal(O.none)
  })
})
