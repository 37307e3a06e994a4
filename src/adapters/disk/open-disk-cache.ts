import type { BlobCache } from '../../ports/blob-cache.ts'
import type { CachePort } from '../../ports/cache.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Log } from '../../ports/log.ts'
import { defaultFillOptions, type FillOptions } from '../blob/fill-options.ts'
import { noMeter, type TierMeter } from '../cache-tier/cache-meter.ts'
import { type CacheTier, cacheOfTier } from '../cache-tier/cache-tier.ts'
import { createMeteredTier } from '../cache-tier/metered-tier.ts'
import { createProcessBeacon } from '../platform/process-beacon.ts'
import { ourIdentity } from '../platform/process-identity.ts'
import { createBudgetedTier } from './budgeted-tier.ts'
import { cacheFolders } from './cache-folders.ts'
import { createDiskBlobCache } from './disk-blob-cache.ts'
import { createDiskBudget } from './disk-budget.ts'
import { createJournal } from './journal.ts'
import { createNodePersistTier, createStorage } from './node-persist-cache.ts'
import { type ScrubReport, scrub } from './scrub.ts'
import { type SweepReport, sweep } from './sweep.ts'
import { startUpkeep } from './upkeep.ts'

export type DiskCacheOptions = {
  readonly dir: string
  readonly clock: Clock
  readonly log: Log
  /** What the values were made for: `PUBLIC_URL`, which stands in bodies. Blobs are the same for all. */
  readonly scope: string
  /** Of all files together, in whole blocks. What is being brought in comes on top. */
  readonly maxBytes: number
  readonly meter?: TierMeter
  readonly fill?: Partial<FillOptions>
  /** Between two rounds of sweep and scrub. */
  readonly upkeepMs?: number
  /** How fast the scrub reads. */
  readonly scrubBytesPerSecond?: number
}

export type DiskCache = {
  readonly cache: CachePort
  /** The same values, for a tier in front of them. */
  readonly values: CacheTier
  readonly blobs: BlobCache
  readonly held: () => { readonly bytes: number; readonly entries: number }
  /** Holds the books against the folders, now. It comes round by itself as well. */
  readonly sweep: () => Promise<SweepReport>
  /** Reads all blobs through, now. It comes round by itself as well. */
  readonly scrub: () => Promise<ScrubReport>
  /** Resolves when what has been read to its end, or set, is kept and counted. */
  readonly settled: () => Promise<void>
  readonly close: () => Promise<void>
}

const hour = 3_600_000
const MiB = 1024 * 1024

/**
 * The cache in a folder. It answers at once, however much lies there, and never fails a start: with a folder that
 * cannot be made or written to, reads are answered by the origin, and a warning is logged once.
 */
export const openDiskCache = async (options: DiskCacheOptions): Promise<DiskCache> => {
  const { dir, clock, log, scope, maxBytes, meter = noMeter } = options
  const onFailure = logOnce(log, 'cache.unwritable')
  let stopped = false

  const folders = cacheFolders(dir)
  const beacon = createProcessBeacon(folders.processes)
  const journal = createJournal(folders.journal, folders.newJournal(ourIdentity))
  const budget = createDiskBudget({ folders, maxBytes, journal, onEvicted: meter.evicted, onFailure })
  await budget.load()

  const storage = createStorage(folders.values)
  const plainValues = createNodePersistTier(storage, scope)
  const values = createMeteredTier(createBudgetedTier(plainValues, folders, budget), clock, meter)
  const blobs = createDiskBlobCache({
    folders,
    records: createNodePersistTier(storage, ''),
    budget,
    beacon,
    fill: { ...defaultFillOptions, onUnwritable: onFailure, meter, ...options.fill },
  })

  const upkept = {
    folders,
    storage,
    budget,
    stateOf: beacon.stateOf,
    policy: budget.policy,
    stopped: () => stopped,
  }
  const sweepNow = () => sweep(upkept)
  const scrubNow = async (bytesPerSecond: number) => {
    const report = await scrub({ ...upkept, bytesPerSecond })
    if (report.bad > 0) log.warn('cache.bad_blobs_removed', report)
    return report
  }
  const upkeep = startUpkeep({
    lockPath: folders.upkeepLock,
    stateOf: beacon.stateOf,
    everyMs: options.upkeepMs ?? hour,
    round: async () => {
      log.info('cache.swept', await sweepNow())
      await scrubNow(options.scrubBytesPerSecond ?? 8 * MiB)
    },
    onFailure,
  })

  const settled = async () => {
    await blobs.settled()
    await budget.settled()
  }

  return {
    cache: cacheOfTier(values, clock),
    values,
    blobs,
    held: budget.held,
    sweep: sweepNow,
    scrub: () => scrubNow(Number.POSITIVE_INFINITY),
    settled,
    close: async () => {
      stopped = true
      await upkeep.stop()
      await settled()
      await journal.close()
      await beacon.close()
    },
  }
}

const logOnce = (log: Log, event: string): ((cause: unknown) => void) => {
  let logged = false
  return (cause) => {
    if (!logged) log.warn(event, { cause: String(cause) })
    logged = true
  }
}
