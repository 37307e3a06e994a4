// Safety limits of the sweep. A deletion cannot be undone, so in case of doubt each rule keeps the objects.

/** The lock of a sweep. One process sweeps at a time. */
export const sweepLock = 'sweep'

/** The object that contains the uid of the library to which the store belongs. */
export const libraryMarkKey = '.library'

/** The object that contains the mark of the last sweep. The database that swept has the same mark. */
export const storeHistoryKey = '.history'

/** Each sweep except a dry run writes and removes this object, to read the clock of the store. */
export const clockProbeKey = '.sweep'

const hour = 3_600_000
/**
 * Minimum age of an object before it can be deleted, in milliseconds. No upload takes longer than this until
 * its row is written, and no viewer plays a replaced export for longer.
 */
export const minOrphanAgeMs = 48 * hour
/**
 * Margin in milliseconds that is added to the age of running work, because the ages of work and of objects
 * are read at different times.
 */
const marginMs = hour

/**
 * Returns the time before which a stored object may be an orphan: it must be older than 48 hours, and older
 * than the oldest running work.
 */
export const orphanCutoff = (storeNow: number, oldestWorkAgeMs: number): number =>
  storeNow - Math.max(minOrphanAgeMs, oldestWorkAgeMs + marginMs)

/**
 * If a sweep finds more orphans than this, there is probably a mistake (a restored database, a wrong bucket),
 * so it deletes none of them.
 */
export const maxOrphansPerSweep = 1000
const maxOrphanShare = 0.05

export const hasTooManyOrphans = (orphans: number, objects: number): boolean =>
  orphans > maxOrphansPerSweep || orphans > objects * maxOrphanShare

/** If a sweep finds more rows without objects than this, it makes none of them again: the store may be a wrong one. */
export const hasTooManyMissing = (missing: number, rows: number): boolean =>
  missing > maxOrphansPerSweep || missing > rows * maxOrphanShare

/** Number of objects that are sampled to decide whether a store without a mark belongs to this library. */
export const storeSampleSize = 500

/**
 * Returns whether the store belongs to this library: it contains no objects with the form of Larder's keys,
 * or most of the sampled objects are in this library's database.
 */
export const isStoreProven = ({
  looked,
  named,
}: {
  readonly looked: number
  readonly named: number
}): boolean => looked === 0 || named * 2 > looked
