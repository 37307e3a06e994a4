import { E, O, pipe, TE } from '../../fp.ts'
import type { Monotonic } from '../../ports/monotonic.ts'
import type { WorkLocks } from '../../ports/work-locks.ts'

/**
 * The start times of the acquired locks, by name. Instances that share this map act like processes that share
 * a database.
 */
export type HeldLocks = Map<string, number>

/**
 * Implements WorkLocks in memory, for tests. No connection can break, so a lock stays valid until it is
 * released.
 */
export const createMemoryWorkLocks = (monotonic: Monotonic, held: HeldLocks = new Map()): WorkLocks => ({
  tryWith: (name, work) => async () => {
    if (held.has(name)) return E.right(O.none)
    held.set(name, monotonic())
    try {
      return await pipe(work(new AbortController().signal), TE.map(O.some))()
    } finally {
      held.delete(name)
    }
  },
  oldestHolderAge: TE.fromIO(() => Math.max(0, ...[...held.values()].map((since) => monotonic() - since))),
})
