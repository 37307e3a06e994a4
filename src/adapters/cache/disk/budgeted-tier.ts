import { stat } from 'node:fs/promises'
import { E, O } from '../../../fp.ts'
import { isDiskFull } from '../../platform/errno.ts'
import type { CacheTier } from '../tiers/cache-tier.ts'
import { type CacheFolders, cacheIdOf } from './cache-folders.ts'
import type { DiskBudget } from './disk-budget.ts'

/** Wraps a tier so that the file of each value counts in the budget. */
export const createBudgetedTier = (
  tier: CacheTier,
  folders: CacheFolders,
  budget: DiskBudget,
): CacheTier => ({
  ...tier,
  find: (key) => async () => {
    const found = await tier.find(key)()
    if (E.isRight(found) && O.isSome(found.right)) budget.recordAccess(cacheIdOf(key.name))
    return found
  },
  set: (key, entry) => async () => {
    // The new value will not be stored, so the old value must be removed.
    if (!budget.accepts(1)) return tier.remove(key.name)()
    const stored = await tier.set(key, entry)()
    if (E.isLeft(stored)) {
      if (isDiskFull(stored.left.cause)) budget.lower(1)
      return stored
    }
    const id = cacheIdOf(key.name)
    const stats = await stat(folders.value(id)).catch(() => null)
    // The value may have been deleted meanwhile.
    if (stats !== null) budget.recordStored(id, stats.size, 'value')
    return stored
  },
  invalidate: (stale) => async () => {
    const deleted = await tier.invalidate(stale)()
    if (stale !== 'all') for (const name of stale.names) budget.recordRemoved(cacheIdOf(name))
    return deleted
  },
  remove: (name) => async () => {
    const removed = await tier.remove(name)()
    budget.recordRemoved(cacheIdOf(name))
    return removed
  },
})
