import { expect } from 'chai'
import fc from 'fast-check'
import { createBoundedCache } from '../src/bounded-cache.ts'

type Value = { readonly bytes: number }

describe('a bounded cache [V4]', () => {
  const cacheOf = (maxBytes: number) => createBoundedCache<Value>({ maxBytes, sizeOf: ({ bytes }) => bytes })

  it('never exceeds its limit for keys and values together, whatever is set', () => {
    const entry = fc.tuple(fc.string({ maxLength: 3000 }), fc.nat(3000))
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 40 }),
        fc.integer({ min: 1, max: 20_000 }),
        (entries, maxBytes) => {
          const cache = cacheOf(maxBytes)
          for (const [key, bytes] of entries) cache.set(key, { bytes })
          const cached = new Map(entries.filter(([key]) => cache.get(key) !== undefined))
          const total = [...cached].reduce((sum, [key, bytes]) => sum + key.length + bytes, 0)
          expect(total).to.be.at.most(maxBytes)
          expect(cache.bytes()).to.be.within(total, maxBytes)
        },
      ),
    )
  })

  it('stores an empty value, and no entry that is larger than the cache', () => {
    const cache = cacheOf(1000)
    cache.set('empty', { bytes: 0 })
    expect(cache.get('empty')).to.deep.equal({ bytes: 0 })
    cache.set('large', { bytes: 1001 })
    expect(cache.get('large')).to.equal(undefined)
    cache.set('k'.repeat(1001), { bytes: 0 })
    expect(cache.get('k'.repeat(1001))).to.equal(undefined)
    expect(cache.get('empty')).to.deep.equal({ bytes: 0 })
  })

  it('evicts the least recently used entry first, and reports evictions', () => {
    const evicted: number[] = []
    const cache = createBoundedCache<Value>({
      maxBytes: 3000,
      sizeOf: ({ bytes }) => bytes,
      onEvict: ({ bytes }) => evicted.push(bytes),
    })
    cache.set('a', { bytes: 1001 })
    cache.set('b', { bytes: 1002 })
    cache.get('a')
    cache.set('c', { bytes: 1003 })
    cache.delete('a')
    expect(evicted).to.deep.equal([1002])
    expect(cache.get('b')).to.equal(undefined)
    expect(cache.get('c')).to.deep.equal({ bytes: 1003 })
  })
})
