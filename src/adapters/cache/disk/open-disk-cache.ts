import { createOutageLog } from '../../../domain/health/outage-log.ts'
import type { Unavailable } from '../../../domain/shared/errors.ts'
import type { TE } from '../../../fp.ts'
import type { BlobCache } from '../../../ports/blob-cache.ts'
import type { BusPositions } from '../../../ports/bus-positions.ts'
import type { CachePort } from '../../../ports/cache.ts'
import type { Clock } from '../../../ports/clock.ts'
import type { Log } from '../../../ports/log.ts'
import type { Monotonic } from '../../../ports/monotonic.ts'
import { createProcessLiveness } from '../../platform/process-liveness.ts'
import { systemMonotonic } from '../../platform/system-monotonic.ts'
import { defaultFillOptions, type FillOptions } from '../blobs/fill-options.ts'
import { disabledTierMeter, type TierMeter } from '../tiers/cache-meter.ts'
import { type CacheTier, createSingleTierCache } from '../tiers/cache-tier.ts'
import { createMeteredTier } from '../tiers/metered-tier.ts'
import { createBlobRemover } from './blob-remover.ts'
import { createBudgetedTier } from './budgeted-tier.ts'
import { openBusPositionFile } from './bus-position-file.ts'
import { cacheFolders } from './cache-folders.ts'
import { createDiskBlobCache } from './disk-blob-cache.ts'
import { createCachedBlobRecords } from './disk-blob-storage.ts'
import { blockBytes, createDiskBudget, roundDownToBlocks } from './disk-budget.ts'
import { createDiskLimit } from './disk-limit.ts'
import { createDiskSpace } from './disk-space.ts'
import { constantInvalidationVersions, createInvalidationVersions } from './invalidation-versions.ts'
import { createJournal } from './journal.ts'
import { startMaintenance } from './maintenance.ts'
import { createNodePersistTier, openNodePersist } from './node-persist-cache.ts'
import { createScrub, type ScrubReport } from './scrub.ts'
import { createSharedFiles } from './shared-files.ts'
import { type DiskSweepReport, sweepDisk } from './sweep.ts'
import { createChunkVerification } from './verified-chunks.ts'

export type DiskCacheOptions = {
  readonly dir: string
  readonly clock: Clock
  readonly monotonic?: Monotonic
  readonly log: Log
  /**
   * The setting `PUBLIC_URL`. Cached bodies contain this URL, so values with another scope are misses. Blobs
   * have no scope.
   */
  readonly scope: string
  /** Maximum size in bytes of all files, in whole blocks. Blobs that are still being fetched do not count. */
  readonly maxBytes: number
  readonly meter?: TierMeter
  readonly fill?: Partial<FillOptions>
  /** Pause in milliseconds between two rounds of sweep and scrub. */
  readonly maintenanceIntervalMs?: number
}

export type DiskCache = {
  readonly cache: CachePort
  /** The same values as `cache`, as a tier that can be combined with a memory tier. */
  readonly values: CacheTier
  readonly blobs: BlobCache
  /** How far invalidations have been applied to the values. */
  readonly positions: BusPositions
  readonly usage: () => { readonly bytes: number; readonly entries: number }
  /** Checks that new entries can be written. Fails with Unavailable otherwise. */
  readonly check: TE.TaskEither<Unavailable, void>
  /**
   * Compares the accounting (sizes of all entries) with the files in the folders now. This also happens
   * periodically.
   */
  readonly sweep: () => Promise<DiskSweepReport>
  /** Verifies all blobs now. The periodic maintenance verifies a part of them each hour. */
  readonly scrub: () => Promise<ScrubReport>
  /** Resolves when all completely fetched blobs and all set values are stored and counted. */
  readonly settled: () => Promise<void>
  readonly close: () => Promise<void>
}

const hour = 3_600_000

/** Maximum rate at which a scrub round reads blobs to verify them. */
const scrubBytesPerSecond = 8 * 1024 * 1024

/** Number of hourly scrub rounds in which all entries are verified once, so all are verified once a day. */
const roundsPerPass = 24

/**
 * Opens the cache in a folder. The cache can be used immediately, whatever its size. A fault of the folder
 * never prevents the start of the process: if the folder cannot be created or written to, reads are answered
 * from the origin, and an outage is logged.
 */
export const openDiskCache = async (options: DiskCacheOptions): Promise<DiskCache> => {
  const { dir, clock, monotonic = systemMonotonic, log, scope, maxBytes, meter = disabledTierMeter } = options
  const outages = createOutageLog(log, monotonic)
  const logOutage = (part: string) => (cause: unknown) =>
    outages.failed(`cache: ${part}`, { cause: String(cause) })
  // A successful fill shows that the disk can be written to, so it ends the logged outage `new bytes`.
  const fillMeter: TierMeter = {
    ...meter,
    filling: (key) => {
      const recordFill = meter.filling(key)
      return (bytes) => {
        outages.answered('cache: new bytes')
        recordFill(bytes)
      }
    },
  }
  let stopped = false

  const folders = cacheFolders(dir)
  const liveness = createProcessLiveness(folders.processes)
  const journal = createJournal(folders.journal, folders.newJournal, liveness)
  const limit = createDiskLimit({
    maxBlocks: roundDownToBlocks(maxBytes),
    monotonic,
    onLowered: (blocks) => log.warn('cache.disk_full', { keptBytes: blocks * blockBytes, maxBytes }),
  })
  const onEvicted = meter.evicted
  const budget = createDiskBudget({
    folders,
    maxBytes,
    limit,
    journal,
    onEvicted,
    onFailure: logOutage('accounting'),
  })
  const room = createDiskSpace({ folders, budget })
  const trust = createChunkVerification(monotonic)
  const files = createSharedFiles()
  const cachedRecords = createCachedBlobRecords()
  const remover = createBlobRemover({ folders, budget, trust, files, cachedRecords })
  await budget.load()
  const versions = createInvalidationVersions(folders)
  const positions = await openBusPositionFile(folders, versions.flush)

  const storage = openNodePersist(folders.values)
  const plainValues = createNodePersistTier(storage, scope, versions)
  const values = createMeteredTier(createBudgetedTier(plainValues, folders, budget), clock, meter)
  const blobs = createDiskBlobCache({
    folders,
    records: createNodePersistTier(storage, '', constantInvalidationVersions),
    budget,
    room,
    trust,
    files,
    cachedRecords,
    remover,
    liveness,
    onBadBytes: (key, cause) => {
      meter.failed(key)
      log.warn('cache.bad_blob_removed', { family: key.family, cause: String(cause) })
    },
    fill: { ...defaultFillOptions, onWriteError: logOutage('new bytes'), meter: fillMeter, ...options.fill },
  })

  const maintained = {
    folders,
    storage,
    budget,
    stateOf: liveness.stateOf,
    policy: budget.policy,
    stopped: () => stopped,
  }
  const sweepNow = () => sweepDisk(maintained)
  const scrub = createScrub({ ...maintained, trust, remover })
  const scrubNow = async (scope: Parameters<typeof scrub>[0]) => {
    const report = await scrub(scope)
    if (report.bad > 0) log.warn('cache.bad_blobs_removed', report)
    return report
  }
  const maintenance = startMaintenance({
    lockPath: folders.maintenanceLock,
    liveness,
    everyMs: options.maintenanceIntervalMs ?? hour,
    round: async () => {
      log.info('cache.swept', await sweepNow())
      await scrubNow({
        bytesPerSecond: scrubBytesPerSecond,
        share: 1 / roundsPerPass,
        notWithinMs: roundsPerPass * hour,
      })
      outages.answered('cache: maintenance')
    },
    onFailure: logOutage('maintenance'),
  })

  const settled = async () => {
    await blobs.settled()
    await budget.settled()
  }

  return {
    cache: createSingleTierCache(values, clock, monotonic),
    values,
    blobs,
    positions,
    usage: budget.usage,
    check: room.check,
    sweep: sweepNow,
    scrub: () => scrubNow({ bytesPerSecond: Number.POSITIVE_INFINITY, share: 1, notWithinMs: 0 }),
    settled,
    close: async () => {
      stopped = true
      await maintenance.stop()
      await settled()
      await journal.close()
      await liveness.close()
    },
  }
}
