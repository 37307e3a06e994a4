import { expect } from 'chai'
import fc, { type Scheduler } from 'fast-check'
import * as t from 'io-ts'
import { cacheOfTier } from '../../src/adapters/cache-tier/cache-tier.ts'
import { createTierStaleCache } from '../../src/adapters/cache-tier/tier-stale-cache.ts'
import { createTieredCache } from '../../src/adapters/cache-tier/tiered-cache.ts'
import { createMemoryTier } from '../../src/adapters/memory/memory-cache.ts'
import { createOwnedRead } from '../../src/domain/access/owned-read.ts'
import { unavailable } from '../../src/domain/shared/errors.ts'
import { createReadThrough } from '../../src/domain/shared/read-through.ts'
import { E, O, TE } from '../../src/fp.ts'
import type { CacheKey, CachePort, Found } from '../../src/ports/cache.ts'
import type { StaleCache } from '../../src/ports/stale-cache.ts'
import { createScheduledTier } from '../support/scheduled-tier.ts'

const MiB = 2 ** 20

/** The version of what stands in the database. Each even one is a refusal, which the cache holds apart. */
const key: CacheKey<number> = {
  name: 'test:version',
  family: 'test:version',
  codec: t.number,
  ttlSeconds: 900,
  isRefusal: (version) => version % 2 === 0,
}

type Caches = { readonly cache: CachePort; readonly stale: StaleCache }

const adapters: Readonly<Record<string, (scheduler: Scheduler, clock: () => number) => Caches>> = {
  'one tier': (scheduler, clock) => {
    const tier = createScheduledTier(createMemoryTier(MiB), scheduler)
    return { cache: cacheOfTier(tier, clock), stale: createTierStaleCache(tier, clock) }
  },
  'memory in front of a disk': (scheduler, clock) => {
    const disk = createScheduledTier(createMemoryTier(MiB), scheduler)
    const cache = createTieredCache({ memory: createMemoryTier(MiB), disk, clock })
    return { cache, stale: createTierStaleCache(disk, clock) }
  },
}

type Step = { readonly kind: 'change' | 'read' | 'owned read' | 'failing read' | 'replay' | 'moment' | 'age' }

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom(
    ...(['change', 'change', 'read', 'read', 'read', 'owned read', 'owned read'] as const),
    ...(['failing read', 'replay', 'moment', 'moment', 'age'] as const),
  ),
})

describe('[V23] reads, loads and deletes in any order', () => {
  for (const [name, make] of Object.entries(adapters))
    it(`give no value that was deleted before the read began: ${name}`, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.scheduler(),
          fc.array(step, { minLength: 4, maxLength: 20, size: 'max' }),
          async (scheduler, steps) => {
            let now = 0
            let inDatabase = 0
            let acknowledged = 0
            let lastFound: Found<number> | null = null
            const { cache, stale } = make(scheduler, () => now)
            const readThrough = createReadThrough(cache, stale)
            const ownedRead = createOwnedRead(cache)
            const wait = (what: string) => scheduler.schedule(Promise.resolve(), what)

            const load = (): TE.TaskEither<never, number> => async () => {
              await wait('question')
              const version = inDatabase
              await wait('answer')
              return E.right(version)
            }
            const fail = async () => {
              await wait('failure')
              return E.left(unavailable('database')('down'))
            }

            const check = (what: string, atLeast: number, version: number) =>
              expect(version, what).to.be.at.least(atLeast)

            const run: Readonly<Record<Step['kind'], () => Promise<void>>> = {
              change: async () => {
                const version = ++inDatabase
                const done = await cache.delete(key)()
                if (E.isRight(done)) acknowledged = Math.max(acknowledged, version)
              },
              read: async () => {
                const before = acknowledged
                const found = await readThrough(key, load())()
                // It may have shared a load that fails.
                if (E.isLeft(found)) return
                check('read', before, found.right.value)
                lastFound = found.right
              },
              'owned read': async () => {
                const before = acknowledged
                const found = await ownedRead(
                  key,
                  async () => E.map((version: number) => O.some(version))(await load()()),
                  () => TE.right(true),
                )()
                if (E.isRight(found)) check('owned read', before, found.right.value)
              },
              'failing read': async () => {
                const before = acknowledged
                const found = await readThrough(key, fail)()
                if (E.isRight(found)) check('stale', before, found.right.value)
              },
              // What the hot replies do: the value is given again for as long as it is at hand.
              replay: async () => {
                if (lastFound?.isAtHand()) check('replay', acknowledged, lastFound.value)
              },
              // Memory speaks for the disk no longer than that.
              moment: async () => {
                now += 2_001
              },
              age: async () => {
                now += 901_000
              },
            }

            const all = steps.map(async ({ kind }, index) => {
              await wait(`step ${index}: ${kind}`)
              await run[kind]()
            })
            // A failed expectation must not leave the others unheard.
            const ended = Promise.allSettled(all)
            await scheduler.waitFor(ended)
            for (const result of await ended) if (result.status === 'rejected') throw result.reason
          },
        ),
        { numRuns: 1500 },
      )
    })
})
