import { stat } from 'node:fs/promises'
import { unavailable } from '../../domain/shared/errors.ts'
import { E, O, TE } from '../../fp.ts'
import type { CacheTier } from '../cache-tier/cache-tier.ts'
import { type CacheFolders, idOf } from './cache-folders.ts'
import type { DiskBudget } from './disk-budget.ts'

/** The same values, counted in the budget with the file that each of them takes up. */
export const createBudgetedTier = (
  tier: CacheTier,
  folders: CacheFolders,
  budget: DiskBudget,
): CacheTier => ({
  find: (key) => async () => {
    const found = await tier.find(key)()
    if (E.isRight(found) && O.isSome(found.right)) budget.touched(idOf(key.name))
    return found
  },
  keep: (key, kept) => async () => {
    const done = await tier.keep(key, kept)()
    if (E.isLeft(done)) return done
    const id = idOf(key.name)
    return TE.tryCatch(
      async () => budget.kept(id, (await stat(folders.value(id))).size, 'value'),
      unavailable('disk cache'),
    )()
  },
  delete: (key) => async () => {
    const done = await tier.delete(key)()
    await budget.removed(idOf(key.name))
    return done
  },
})
