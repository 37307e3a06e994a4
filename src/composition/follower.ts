import type { RevocationService } from '../domain/access/revocation-service.ts'
import type { StaleDeps } from '../domain/freshness/apply-stale.ts'
import { createFollower, type Follower } from '../domain/freshness/follower.ts'
import type { Adapters } from './larder.ts'

type Settings = { readonly busMaxCutSeconds: number; readonly busStartUnheardSeconds: number }

/** Creates what follows the changes of other processes, and applies them to the caches of this one. */
export const createBusFollower = (
  { bus, busPositions, followTrust, outages, clock, monotonic, sleep }: Adapters,
  staleDeps: StaleDeps,
  revocationService: RevocationService,
  { busMaxCutSeconds, busStartUnheardSeconds }: Settings,
): Follower =>
  createFollower({
    bus,
    positions: busPositions,
    ...staleDeps,
    readRevocations: revocationService.refresh,
    readAllRevocations: revocationService.refreshAll,
    trust: followTrust,
    maxCutMs: busMaxCutSeconds * 1000,
    startUnheardMs: busStartUnheardSeconds * 1000,
    outages,
    clock,
    monotonic,
    sleep,
  })
