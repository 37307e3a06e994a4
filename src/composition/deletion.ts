import { createRevocationService, type RevocationService } from '../domain/access/revocation-service.ts'
import { applyStaleValues, type StaleDeps } from '../domain/freshness/apply-stale.ts'
import { createApplyTakedowns } from '../domain/freshness/apply-takedowns.ts'
import { createTrashService, type TrashService } from '../domain/library/trash-service.ts'
import { createOpenStreams, type OpenStreams } from '../domain/shared/open-streams.ts'
import { createTrashSweep, type TrashSweep } from '../domain/sweep/trash-sweep.ts'
import type { StaleValues } from '../ports/cache.ts'
import type { Adapters } from './larder.ts'

/** What deletes files, and what makes this process forget them. */
export type DeletionServices = {
  readonly revocationService: RevocationService
  readonly openStreams: OpenStreams
  readonly trashSweep: TrashSweep
  readonly trashService: TrashService
}

type Settings = { readonly jobAttempts: number; readonly trashSeconds: number }

/** Creates the services of deletion. Also returns the dependencies of all who apply changes to the caches of this process. */
export const createDeletion = (
  adapters: Adapters,
  { jobAttempts, trashSeconds }: Settings,
): DeletionServices & { readonly staleDeps: StaleDeps } => {
  const { cache, blobs, trash, store, storedFiles, locks, monotonic, newUid } = adapters
  const { revocations, revocationIndex, revocationFile, clock, sleep, log } = adapters
  const openStreams = createOpenStreams()
  const applyTakedowns = createApplyTakedowns({ blobs, openStreams, trash })
  const staleDeps = { cache, blobs, openStreams, applyTakedowns }
  const applyStale = (values: StaleValues) => applyStaleValues(staleDeps, values)
  const revocationService = createRevocationService({
    revocations,
    revocationIndex,
    revocationFile,
    clock,
    sleep,
    log,
  })
  const trashSweep = createTrashSweep({ trash, store, storedFiles, locks, monotonic, applyStale })
  const trashService = createTrashService({
    trash,
    newUid,
    jobAttempts,
    trashSeconds,
    log,
    noteRevoked: revocationService.note,
    applyStale,
    removePurged: trashSweep.removePurged,
  })
  return { staleDeps, revocationService, openStreams, trashSweep, trashService }
}
