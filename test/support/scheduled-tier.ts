import type { Scheduler } from 'fast-check'
import { createKeyedMutex } from '../../src/adapters/cache/disk/keyed-mutex.ts'
import type { CacheTier } from '../../src/adapters/cache/tiers/cache-tier.ts'

/**
 * A cache tier whose operations run in the order of the scheduler. Writes of one name run in the order in
 * which they were started. A read does not wait for writes.
 */
export const createScheduledTier = (inner: CacheTier, scheduler: Scheduler): CacheTier => {
  const inTurn = createKeyedMutex()
  const wait = (what: string) => scheduler.schedule(Promise.resolve(), what)
  const step = <A>(what: string, work: () => Promise<A>) => wait(`begin ${what}`).then(work)

  return {
    ...inner,
    peek: () => undefined,
    find: (key) => async () => {
      const found = await step('find', inner.find(key))
      await wait('end find')
      return found
    },
    set: (key, entry) => () => inTurn.run(key.name, () => step('keep', inner.set(key, entry))),
    remove: (name) => () => inTurn.run(name, () => step('remove', inner.remove(name))),
    readInvalidationVersion: (key) => step('version', () => inner.readInvalidationVersion(key)),
    invalidate: (stale) => () =>
      inTurn.run(stale === 'all' ? '' : (stale.names[0] ?? ''), () =>
        step('delete', inner.invalidate(stale)),
      ),
  }
}
