import type { Scheduler } from 'fast-check'
import { createKeyedMutex } from '../../src/adapters/cache/disk/keyed-mutex.ts'
import type { CacheTier } from '../../src/adapters/cache/tiers/cache-tier.ts'

/**
 * A tier whose every step takes as long as the scheduler has it. Writes of one name are done in the order in which they
 * were started; a look waits for none of them.
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
    set: (key, kept) => () => inTurn.run(key.name, () => step('keep', inner.set(key, kept))),
    remove: (name) => () => inTurn.run(name, () => step('remove', inner.remove(name))),
    readMark: (name) => step('mark', () => inner.readMark(name)),
    delete: (name) => () => inTurn.run(name, () => step('delete', inner.delete(name))),
  }
}
