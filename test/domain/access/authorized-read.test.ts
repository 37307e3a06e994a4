import { expect } from 'chai'
import { createMemoryCache } from '../../../src/adapters/cache/memory/memory-cache.ts'
import { createAuthorizedRead } from '../../../src/domain/access/authorized-read.ts'
import { O, TE } from '../../../src/fp.ts'
import type { CachePort } from '../../../src/ports/cache.ts'
import { cacheKeys } from '../../../src/ports/cache-keys.ts'
import { aContentExportUid, aContentFileUid } from '../../support/builders.ts'
import { cacheValue } from '../../support/cache-value.ts'
import { cachedValue } from '../../support/cached-value.ts'
import { left, right } from '../../support/expect-right.ts'
import { createSlowCacheRead } from '../../support/slow-cache-read.ts'

const key = cacheKeys.vodMeta({ uid: aContentExportUid() })
const meta = { contentFileUid: aContentFileUid(), height: 720 }
const owned = () => TE.right(true)
const notOwned = () => TE.right(false)

/** Counts the cache and repository operations of one read. */
const countOperations = (inner: CachePort, found: O.Option<typeof meta>) => {
  const counts = { lookups: 0, loads: 0, checks: 0, sets: 0 }
  const cache: CachePort = {
    ...inner,
    get: (key) => async () => {
      counts.lookups += 1
      return inner.get(key)()
    },
    set: (key, value, since) => async () => {
      counts.sets += 1
      return inner.set(key, value, since)()
    },
  }
  const load = async () => {
    counts.loads += 1
    return TE.right(found)()
  }
  // A check that is repeated for the same costs nothing.
  let checked: unknown
  const isNotOwned = (of: unknown) => async () => {
    if (JSON.stringify(of) !== checked) counts.checks += 1
    checked = JSON.stringify(of)
    return notOwned()()
  }
  return { counts, cache, load, isNotOwned }
}

describe('an authorized read', () => {
  it('does not cache a record whose load took too long, because a newer one may be cached', async () => {
    const cache = createMemoryCache(() => 0)
    const authorizedRead = createAuthorizedRead(cache, (_, load) => load({ isGivenUp: () => true }))
    await right(authorizedRead(key, TE.right(O.some(meta)), owned))
    expect(await right(cache.get(key))).to.deep.equal(O.none)
  })

  it('costs another viewer the same operations if the file is cached, not cached, or unknown (W15)', async () => {
    const cached = createMemoryCache(() => 0)
    await right(cacheValue(cached, key, meta))
    const cases = [
      countOperations(cached, O.some(meta)),
      countOperations(
        createMemoryCache(() => 0),
        O.some(meta),
      ),
      countOperations(
        createMemoryCache(() => 0),
        O.none,
      ),
    ]
    for (const { cache, load, isNotOwned, counts } of cases) {
      const failure = await left(createAuthorizedRead(cache)(key, load, isNotOwned))
      expect(failure).to.deep.equal({ _tag: 'Forbidden', reason: 'other_subject' })
      expect(counts).to.deep.equal({ lookups: 1, loads: 1, checks: 1, sets: 0 })
    }
  })

  it('loads once for concurrent owners, even if the cache answers one of them late (W26)', async () => {
    const slow = createSlowCacheRead(createMemoryCache(() => 0))
    const { cache, load, counts } = countOperations(slow.cache, O.some(meta))
    const authorizedRead = createAuthorizedRead(cache)
    slow.holdNext()
    const late = right(authorizedRead(key, load, owned))
    const others = Array.from({ length: 5 }, () => right(authorizedRead(key, load, owned)))
    for (const { value } of await Promise.all(others)) expect(value).to.deep.equal(meta)
    slow.letGo()
    expect((await late).value).to.deep.equal(meta)
    expect(counts.loads).to.equal(1)
  })

  it('caches for the owner a value that another viewer requested at the same time', async () => {
    const { cache, load, counts } = countOperations(
      createMemoryCache(() => 0),
      O.some(meta),
    )
    const authorizedRead = createAuthorizedRead(cache)
    const otherViewer = left(authorizedRead(key, load, notOwned))
    expect((await right(authorizedRead(key, load, owned))).value).to.deep.equal(meta)
    expect(await otherViewer).to.include({ _tag: 'Forbidden' })
    expect(await cachedValue(cache, key)).to.deep.equal(O.some(meta))
    expect(counts).to.include({ loads: 1, sets: 1 })
  })
})
