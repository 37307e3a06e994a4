import { stat } from 'node:fs/promises'
import { E, O } from '../../../fp.ts'
import { isNoRoom } from '../../platform/errno.ts'
import type { CacheTier } from '../tiers/cache-tier.ts'
import { type CacheFolders, cacheIdOf } from './cache-folders.ts'
import type { DiskBudget } from './disk-budget.ts'

/** The same values, counted in the budget with the file that each of them takes up. */
export const createBudgetedTier = (
  tier: CacheTier,
  folders: CacheFolders,
  budget: DiskBudget,
): CacheTier => ({
  ...tier,
  find: (key) => async () => {
    const found = await tier.find(key)()
    if (E.isRight(found) && O.isSome(found.right)) budget.touched(cacheIdOf(key.name))
    return found
  },
  keep: (key, kept) => async () => {
    // What is not kept must not leave an older value in its place.
    if (!budget.admits(1)) return tier.remove(key.name)()
    const done = await tier.keep(key, kept)()
    if (E.isLeft(done)) {
      if (isNoRoom(done.left.cause)) budget.lower(1)
      return done
    }
    const id = cacheIdOf(key.name)
    const size = await sizeOf(folders.value(id))
    // It may have been deleted again by now.
    if (size !== null) budget.kept(id, size, 'value')
    return done
  },
  delete: (name) => async () => {
    const done = await tier.delete(name)()
    budget.removed(cacheIdOf(name))
    return done
  },
  remove: (name) => async () => {
    const done = await tier.remove(name)()
    budget.removed(cacheIdOf(name))
    return done
  },
})

const sizeOf = (path: string): Promise<number | null> =>
  stat(path).then(
    ({ size }) => size,
    () => null,
  )
