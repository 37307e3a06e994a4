import { E, O, type TE } from '../../fp.ts'
import type { InstanceStatus, Instances } from '../../ports/instances.ts'
import type { NewUid } from '../../ports/new-uid.ts'
import type { PurgeUid } from '../media/ids.ts'
import { type NotFound, notFound, type Unavailable } from '../shared/errors.ts'
import { applyStaleValues, type StaleDeps } from './apply-stale.ts'
import type { Purge } from './purge.ts'
import { type PurgeTarget, staleValuesOf } from './purge-target.ts'

/** Purges the caches of all instances, and lists the instances (http-api.md §9.7, §9.8). */
export type FreshnessService = {
  /**
   * Purges all caches. This process has deleted the values when the result arrives; the receipts say which
   * other instances have. A purge that was stored is a success, also if its receipts cannot be read.
   */
  readonly purge: (target: PurgeTarget) => TE.TaskEither<NotFound | Unavailable, Purge>
  /**
   * Asks all instances to confirm that they have applied every change that was committed before, such as a
   * revocation. Deletes nothing. A failure says nothing of those changes.
   */
  readonly requestReceipts: TE.TaskEither<NotFound | Unavailable, Purge>
  readonly findPurge: (uid: PurgeUid) => TE.TaskEither<NotFound | Unavailable, Purge>
  readonly listInstances: TE.TaskEither<Unavailable, ReadonlyArray<InstanceStatus>>
}

type Deps = StaleDeps & {
  readonly instances: Instances
  readonly newUid: Pick<NewUid, 'purge'>
}

export const createFreshnessService = (deps: Deps): FreshnessService => {
  const { instances, newUid } = deps

  const findPurge: FreshnessService['findPurge'] = (uid) => async () => {
    const found = await instances.findPurge(uid)()
    if (E.isLeft(found)) return found
    return O.isNone(found.right)
      ? E.left(notFound('purge', uid))
      : E.right({ uid, receipts: found.right.value })
  }

  /** Returns a purge that was stored. */
  const withReceipts = async (uid: PurgeUid): Promise<E.Either<NotFound, Purge>> => {
    const found = await findPurge(uid)()
    if (E.isRight(found)) return found
    const { left: failure } = found
    return failure._tag === 'Unavailable' ? E.right({ uid, receipts: null }) : E.left(failure)
  }

  return {
    purge: (target) => async () => {
      const uid = newUid.purge()
      const stale = staleValuesOf(target)
      const added = await instances.addPurge(uid, stale)()
      if (E.isLeft(added) && !added.left.mayHaveHappened) return added
      const applied = await applyStaleValues(deps, stale)()
      if (E.isLeft(added)) return added
      return E.isLeft(applied) ? applied : withReceipts(uid)
    },
    requestReceipts: async () => {
      const uid = newUid.purge()
      const added = await instances.addPurge(uid, { names: [], families: [] })()
      return E.isLeft(added) ? added : withReceipts(uid)
    },
    findPurge,
    listInstances: instances.list,
  }
}
