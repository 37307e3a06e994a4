import { E, O, pipe, TE } from '../../fp.ts'
import type { Monotonic } from '../../ports/monotonic.ts'
import type { WorkLocks } from '../../ports/work-locks.ts'

/**
 * The acquired locks by name: when each was acquired, and what tells its holder that another asks for it. Instances that share this map act like processes that share
 * a database.
 */
export type HeldLocks = Map<string, { readonly since: number; readonly asked: AbortController }>

/** Returns a lock that was acquired at this time (milliseconds). */
export const heldSince = (since: number) => ({ since, asked: new AbortController() })

/**
 * Implements WorkLocks in memory, for tests. No connection can break, so a lock stays valid until it is
 * released.
 */
export const createMemoryWorkLocks = (monotonic: Monotonic, held: HeldLocks = new Map()): WorkLocks => ({
  tryWith: (name, work) => async () => {
    if (held.has(name)) return E.right(O.none)
    const lock = heldSince(monotonic())
    held.set(name, lock)
    try {
      return await pipe(work(new AbortController().signal, lock.asked.signal), TE.map(O.some))()
    } finally {
      held.delete(name)
    }
  },
  ask: (name) => TE.fromIO(() => held.get(name)?.asked.abort()),
  oldestHolderAge: TE.fromIO(() =>
    Math.max(0, ...[...held.values()].map(({ since }) => monotonic() - since)),
  ),
})
