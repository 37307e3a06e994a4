import { expect } from 'chai'
import fc from 'fast-check'
import * as t from 'io-ts'
import { O } from '../../src/fp.ts'
import { type CacheKey, type CachePort, staleKeys } from '../../src/ports/cache.ts'
import { cacheKeys } from '../../src/ports/cache-keys.ts'
import type { Clock } from '../../src/ports/clock.ts'
import {
  aContentExportUid,
  aContentFileUid,
  aContentPartUid,
  anImageExportUid,
  anImageFileUid,
} from '../support/builders.ts'
import { anyText, contentPartFile, imageFileUid } from '../support/cache-arbitraries.ts'
import { cacheValue } from '../support/cache-value.ts'
import { cachedValue } from '../support/cached-value.ts'
import { right } from '../support/expect-right.ts'

/** The same key with the codec of a string. */
const asText = <A>(key: CacheKey<A>): CacheKey<string> => ({
  ...key,
  codec: t.string,
  isNegative: () => false,
})

/** What every CachePort promises. An adapter's test file calls it. */
export const cacheContract = (make: (clock: Clock) => Promise<CachePort>): void => {
  const runs = { numRuns: 30 }
  let now: number
  let cache: CachePort

  beforeEach(async () => {
    now = 1_700_000_000_000
    cache = await make(() => now)
  })

  it('returns any string that was set', async () => {
    await fc.assert(
      fc.asyncProperty(imageFileUid(), anyText(), async (uid, body) => {
        await right(cacheValue(cache, cacheKeys.imagePlaylist({ uid }), body))
        expect(await cachedValue(cache, cacheKeys.imagePlaylist({ uid }))).to.deep.equal(O.some(body))
      }),
      runs,
    )
  })

  it('returns any record that was set', async () => {
    const key = cacheKeys.contentPart({ uid: aContentPartUid() })
    await fc.assert(
      fc.asyncProperty(contentPartFile(), async (file) => {
        await right(cacheValue(cache, key, file))
        expect(await cachedValue(cache, key)).to.deep.equal(O.some(file))
      }),
      runs,
    )
  })

  it('returns both values of a flag', async () => {
    for (const flag of [true, false]) {
      await right(cacheValue(cache, cacheKeys.isAdmin({ sub: 'anna' }), flag))
      expect(await cachedValue(cache, cacheKeys.isAdmin({ sub: 'anna' }))).to.deep.equal(O.some(flag))
    }
  })

  it('keeps keys apart for subjects with any characters', async () => {
    const subs = ['a', 'A', 'a/../b', '', 'ä', 'a\u0000', ':', '{uid}', 'x'.repeat(1000)]
    for (const [i, sub] of subs.entries())
      await right(cacheValue(cache, cacheKeys.isAdmin({ sub }), i % 2 === 0))
    for (const [i, sub] of subs.entries())
      expect(await cachedValue(cache, cacheKeys.isAdmin({ sub }))).to.deep.equal(O.some(i % 2 === 0))
  })

  it('returns none for a key that was never set', async () => {
    expect(await cachedValue(cache, cacheKeys.imagePlaylist({ uid: anImageFileUid() }))).to.deep.equal(O.none)
  })

  it('keeps a value until its lifetime ends, and no longer', async () => {
    const key = cacheKeys.imagePlaylist({ uid: anImageFileUid() })
    await right(cacheValue(cache, key, '{}'))
    now += 899_999
    expect(await cachedValue(cache, key)).to.deep.equal(O.some('{}'))
    now += 1
    expect(await cachedValue(cache, key)).to.deep.equal(O.none)
  })

  it('keeps a negative entry for at most 30 seconds (http-api.md §9.2)', async () => {
    for (const key of [
      cacheKeys.imagePublic({ uid: anImageFileUid() }),
      cacheKeys.isAdmin({ sub: 'anna' }),
    ]) {
      await right(cacheValue(cache, key, true))
      await right(cacheValue(cache, key, false))
      expect(await cachedValue(cache, key)).to.deep.equal(O.some(false))
      now += 30_000
      expect(await cachedValue(cache, key)).to.deep.equal(O.none)
    }
  })

  it('keeps a positive entry longer than a negative one, also if it replaces a negative one', async () => {
    const key = cacheKeys.imagePublic({ uid: anImageFileUid() })
    await right(cacheValue(cache, key, false))
    await right(cacheValue(cache, key, true))
    now += 599_999
    expect(await cachedValue(cache, key)).to.deep.equal(O.some(true))
    now += 1
    expect(await cachedValue(cache, key)).to.deep.equal(O.none)
  })

  it('never expires values that cannot change (W6)', async () => {
    const key = cacheKeys.vodPlaylist({ uid: aContentExportUid() })
    await right(cacheValue(cache, key, '#EXTM3U'))
    now += 100 * 365 * 86_400_000
    expect(await cachedValue(cache, key)).to.deep.equal(O.some('#EXTM3U'))
  })

  it('restarts the lifetime when a value is set again', async () => {
    const key = cacheKeys.webPlaylist({ uid: aContentFileUid() })
    await right(cacheValue(cache, key, 'first'))
    now += 800_000
    await right(cacheValue(cache, key, 'second'))
    now += 800_000
    expect(await cachedValue(cache, key)).to.deep.equal(O.some('second'))
  })

  it('returns none for a value that no longer fits its codec', async () => {
    const key = cacheKeys.imageExport({ uid: anImageExportUid() })
    await right(cacheValue(cache, asText(key), 'written by an older release'))
    expect(await cachedValue(cache, key)).to.deep.equal(O.none)
  })

  it('returns a value through another codec that accepts it', async () => {
    const key = cacheKeys.isAdmin({ sub: 'anna' })
    await right(cacheValue(cache, key, true))
    expect(await cachedValue(cache, asText(key))).to.deep.equal(O.some('1'))
  })

  it('returns none after a delete; a second delete succeeds', async () => {
    const key = cacheKeys.imagePublic({ uid: anImageFileUid() })
    await right(cacheValue(cache, key, true))
    await right(cache.delete(key))
    await right(cache.delete(key))
    expect(await cachedValue(cache, key)).to.deep.equal(O.none)
  })

  it('[V23] discards a value whose load began before a delete, and keeps one loaded after it', async () => {
    const key = cacheKeys.isAdmin({ sub: 'anna' })
    for (const old of [true, false]) {
      const since = await cache.beginLoad(key)
      await right(cache.delete(key))
      await right(cache.set(key, old, since))
      expect(await cachedValue(cache, key)).to.deep.equal(O.none)
      await right(cache.set(key, !old, await cache.beginLoad(key)))
      expect(await cachedValue(cache, key)).to.deep.equal(O.some(!old))
    }
  })

  it('[V23] discards a value that is being set while it is deleted', async () => {
    const key = cacheKeys.webPlaylist({ uid: aContentFileUid() })
    const since = await cache.beginLoad(key)
    const setting = right(cache.set(key, 'old', since))
    const deleting = right(cache.delete(key))
    const late = right(cache.set(key, 'old', since))
    await Promise.all([setting, deleting, late])
    expect(await cachedValue(cache, key)).to.deep.equal(O.none)
  })

  it('[V23] deletes a value by the name of its key', async () => {
    const key = cacheKeys.webPlaylist({ uid: aContentFileUid() })
    const since = await cache.beginLoad(key)
    await right(cache.set(key, 'old', since))
    await right(cache.invalidate(staleKeys([key])))
    expect(await cachedValue(cache, key)).to.deep.equal(O.none)
    await right(cache.set(key, 'old', since))
    expect(await cachedValue(cache, key)).to.deep.equal(O.none)
    await right(cache.invalidate({ names: ['no such key'], families: [] }))
  })

  it('deletes all values of a family, and all values, also those whose load began before', async () => {
    const key = cacheKeys.webPlaylist({ uid: aContentFileUid() })
    const other = cacheKeys.vodPlaylist({ uid: aContentExportUid() })
    for (const stale of [{ names: [], families: [key.family] }, 'all'] as const) {
      const since = await cache.beginLoad(key)
      await right(cache.set(key, 'old', since))
      await right(cacheValue(cache, other, 'of another family'))
      await right(cache.invalidate(stale))
      expect(await cachedValue(cache, key)).to.deep.equal(O.none)
      expect(await cachedValue(cache, other)).to.deep.equal(
        stale === 'all' ? O.none : O.some('of another family'),
      )
      await right(cache.set(key, 'old', since))
      expect(await cachedValue(cache, key)).to.deep.equal(O.none)
      await right(cacheValue(cache, key, 'new'))
      expect(await cachedValue(cache, key)).to.deep.equal(O.some('new'))
    }
  })

  it('deletes many values at once', async () => {
    const keys = Array.from({ length: 200 }, () => cacheKeys.mobilePlaylist({ uid: aContentFileUid() }))
    for (const key of keys) await right(cacheValue(cache, key, 'old'))
    await right(cache.invalidate(staleKeys(keys)))
    for (const key of keys) expect(await cachedValue(cache, key)).to.deep.equal(O.none)
  })

  it('applies the last of many concurrent operations', async () => {
    const key = cacheKeys.mobilePlaylist({ uid: aContentFileUid() })
    const bodies = Array.from({ length: 20 }, (_, i) => `#EXTM3U ${i} ${'x'.repeat(5000 * (20 - i))}`)
    const since = await cache.beginLoad(key)
    await Promise.all(bodies.map((body) => right(cache.set(key, body, since))))
    expect(await cachedValue(cache, key)).to.deep.equal(O.some(bodies.at(-1)))
    await Promise.all([right(cache.set(key, 'again', since)), right(cache.delete(key))])
    expect(await cachedValue(cache, key)).to.deep.equal(O.none)
  })

  it('keeps its own copy when a caller mutates a value after setting it', async () => {
    const key = {
      name: 'test:list',
      family: 'test:list',
      codec: t.array(t.string),
      ttlSeconds: null,
      isNegative: () => false,
    }
    const list = ['a']
    await right(cacheValue(cache, key, list))
    list.push('b')
    expect(await cachedValue(cache, key)).to.deep.equal(O.some(['a']))
  })
}
