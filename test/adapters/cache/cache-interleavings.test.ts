import { expect } from 'chai'
import fc, { type Scheduler } from 'fast-check'
import * as t from 'io-ts'
import { createMemoryTier } from '../../../src/adapters/cache/memory/memory-cache.ts'
import { disabledTierMeter } from '../../../src/adapters/cache/tiers/cache-meter.ts'
import { type CacheTier, createSingleTierCache } from '../../../src/adapters/cache/tiers/cache-tier.ts'
import { createStaleReader } from '../../../src/adapters/cache/tiers/tier-stale-cache.ts'
import { createTieredCache } from '../../../src/adapters/cache/tiers/tiered-cache.ts'
import { createAuthorizedRead } from '../../../src/domain/access/authorized-read.ts'
import type { Found } from '../../../src/domain/caching/found.ts'
import { createReadThrough } from '../../../src/domain/caching/read-through.ts'
import { unavailable } from '../../../src/domain/shared/errors.ts'
import { E, O, TE } from '../../../src/fp.ts'
import type { CacheKey, CachePort } from '../../../src/ports/cache.ts'
import type { StaleCache } from '../../../src/ports/stale-cache.ts'
import { asMonotonic } from '../../support/as-monotonic.ts'
import { createScheduledTier } from '../../support/scheduled-tier.ts'
import { createSharedTier, createSharedVersions } from '../../support/shared-tier.ts'

const MiB = 2 ** 20

/**
 * The key of the version in the database. Even versions are negative entries, which the cache stores
 * separately.
 */
const key: CacheKey<number> = {
  name: 'test:version',
  family: 'test:version',
  codec: t.number,
  ttlSeconds: 900,
  isNegative: (version) => version % 2 === 0,
}

type Caches = { readonly cache: CachePort; readonly stale: StaleCache }

const inFrontOf = (disk: CacheTier, clock: () => number): Caches => {
  const monotonic = asMonotonic(clock)
  const memory = createMemoryTier(MiB, disabledTierMeter, monotonic)
  return {
    cache: createTieredCache({ memory, disk, clock, monotonic }),
    stale: createStaleReader(disk, clock),
  }
}

type Processes = readonly [Caches, ...Caches[]]

const adapters: Readonly<Record<string, (scheduler: Scheduler, clock: () => number) => Processes>> = {
  'one tier': (scheduler, clock) => {
    const tier = createScheduledTier(createMemoryTier(MiB), scheduler)
    return [{ cache: createSingleTierCache(tier, clock), stale: createStaleReader(tier, clock) }]
  },
  'memory in front of a disk': (scheduler, clock) => {
    const disk = createScheduledTier(createMemoryTier(MiB), scheduler)
    return [inFrontOf(disk, clock)]
  },
  'two processes on one disk': (scheduler, clock) => {
    const disk = createMemoryTier(MiB)
    const versions = createSharedVersions()
    const open = () => {
      const pause = () => scheduler.schedule(Promise.resolve(), 'pause')
      return inFrontOf(createScheduledTier(createSharedTier(disk, versions, pause), scheduler), clock)
    }
    return [open(), open()]
  },
}

type Step = {
  /** The process that runs the step. */
  readonly by: number
  readonly kind: 'change' | 'read' | 'owned read' | 'failing read' | 'replay' | 'moment' | 'age'
}

const step: fc.Arbitrary<Step> = fc.record({
  by: fc.nat(1),
  kind: fc.constantFrom(
    ...(['change', 'change', 'read', 'read', 'read', 'owned read', 'owned read'] as const),
    ...(['failing read', 'replay', 'moment', 'moment', 'age'] as const),
  ),
})

describe('[V23] reads, loads and deletes in any order', () => {
  for (const [name, make] of Object.entries(adapters))
    it(`never return a value that was deleted before the read began: ${name}`, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.scheduler(),
          fc.array(step, { minLength: 4, maxLength: 20, size: 'max' }),
          async (scheduler, steps) => {
            let now = 0
            let databaseVersion = 0
            const deletes: Array<{ readonly version: number; readonly by: Process; readonly at: number }> = []
            const processes = make(scheduler, () => now).map(({ cache, stale }) => ({
              cache,
              readThrough: createReadThrough(cache, stale),
              ownedRead: createAuthorizedRead(cache),
              lastFound: null as Found<number> | null,
            }))
            type Process = (typeof processes)[number]
            /** The lowest version a read may return: own deletes count at once, others' after two seconds. */
            const acknowledged = (to: Process): number =>
              Math.max(
                0,
                ...deletes
                  .filter(({ by, at }) => by === to || at + 2000 <= now)
                  .map(({ version }) => version),
              )
            const wait = (what: string) => scheduler.schedule(Promise.resolve(), what)

            const load = (): TE.TaskEither<never, number> => async () => {
              await wait('query')
              const version = databaseVersion
              // A delete has this many steps.
              for (let n = 0; n < 3; n++) await wait('answer')
              return E.right(version)
            }
            const fail = async () => {
              await wait('failure')
              return E.left(unavailable('database')('down'))
            }

            const check = (what: string, atLeast: number, version: number) =>
              expect(version, what).to.be.at.least(atLeast)

            const run: Readonly<Record<Step['kind'], (by: Process) => Promise<void>>> = {
              change: async (by) => {
                const version = ++databaseVersion
                const done = await by.cache.delete(key)()
                if (E.isRight(done)) deletes.push({ version, by, at: now })
              },
              read: async (by) => {
                const before = acknowledged(by)
                const found = await by.readThrough(key, load())()
                // The read may have shared a load that failed.
                if (E.isLeft(found)) return
                check('read', before, found.right.value)
                by.lastFound = found.right
              },
              'owned read': async (by) => {
                const before = acknowledged(by)
                const found = await by.ownedRead(
                  key,
                  async () => E.map((version: number) => O.some(version))(await load()()),
                  () => TE.right(true),
                )()
                if (E.isRight(found)) check('owned read', before, found.right.value)
              },
              'failing read': async (by) => {
                const before = acknowledged(by)
                const found = await by.readThrough(key, fail)()
                if (E.isRight(found)) check('stale', before, found.right.value)
              },
              // This step does what the replay cache does: it reuses the value while the value is still
              // cached.
              replay: async (by) => {
                if (by.lastFound?.isStillCached()) check('replay', acknowledged(by), by.lastFound.value)
              },
              // This is longer than a value in memory is trusted without the disk.
              moment: async () => {
                now += 2_001
              },
              age: async () => {
                now += 901_000
              },
            }

            const all = steps.map(async ({ kind, by }, index) => {
              await wait(`step ${index}: ${kind}`)
              const process = processes[by % processes.length]
              if (process !== undefined) await run[kind](process)
            })
            // All promises are settled, because a failed expectation must not leave unhandled rejections.
            const ended = Promise.allSettled(all)
            await scheduler.waitFor(ended)
            for (const result of await ended) if (result.status === 'rejected') throw result.reason
          },
        ),
        { numRuns: 1500 },
      )
    })
})
