import { expect } from 'chai'
import { createReadThrough } from '../../src/domain/caching/read-through.ts'
import { E, O } from '../../src/fp.ts'
import type { CachePort } from '../../src/ports/cache.ts'
import { cacheKeys } from '../../src/ports/cache-keys.ts'
import type { Clock } from '../../src/ports/clock.ts'
import { cachedValue } from '../support/cached-value.ts'
import { right } from '../support/expect-right.ts'

/** What two CachePorts promise that share one storage, as the caches of two processes do. */
export const sharedCacheContract = (
  make: (clock: Clock) => Promise<readonly [CachePort, CachePort]>,
): void => {
  const key = cacheKeys.isAdmin({ sub: 'anna' })
  let now: number
  let ours: CachePort
  let theirs: CachePort

  beforeEach(async () => {
    now = 1_700_000_000_000
    ;[ours, theirs] = await make(() => now)
  })

  it('[V23] discard a value whose load began before the other deletes it', async () => {
    const writes: Array<Promise<unknown>> = []
    const watched: CachePort = {
      ...ours,
      set: (...write) => {
        const set = ours.set(...write)
        return () => {
          const done = set()
          writes.push(done)
          return done
        }
      },
    }
    let started = () => {}
    const loading = new Promise<void>((resolve) => {
      started = resolve
    })
    let open = () => {}
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    const reading = right(
      createReadThrough(watched)(key, async () => {
        started()
        await gate
        return E.right(true)
      }),
    )
    await loading
    await right(theirs.delete(key))
    now += 2000
    open()
    await reading
    while (writes.length === 0) await new Promise((resolve) => setImmediate(resolve))
    await Promise.all(writes)
    expect(await cachedValue(theirs, key)).to.deep.equal(O.none)
    expect(await cachedValue(ours, key)).to.deep.equal(O.none)
  })
}
