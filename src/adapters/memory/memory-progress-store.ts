import { createBoundedCache } from '../../bounded-cache.ts'
import { O } from '../../fp.ts'
import type { ProgressStore } from '../../ports/progress-store.ts'

/** Maximum memory of the reasons for refusals, enough for hundreds of them. */
const reasonBytes = 256 * 1024

export const createMemoryProgressStore = (): ProgressStore => {
  const fractions = new Map<string, number>()
  const refusals = createBoundedCache<{ readonly reason: string }>({
    maxBytes: reasonBytes,
    sizeOf: ({ reason }) => 2 * reason.length,
  })
  return {
    report: (uid, fraction) => {
      fractions.set(uid, fraction)
      refusals.delete(uid)
    },
    done: (uid) => {
      fractions.delete(uid)
    },
    refuse: (uid, reason) => {
      refusals.set(uid, { reason })
    },
    read: (uid) => O.fromNullable(fractions.get(uid)),
    readRefusal: (uid) => O.fromNullable(refusals.get(uid)?.reason),
  }
}
