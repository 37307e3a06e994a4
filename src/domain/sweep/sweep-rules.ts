// Safety limits of the sweep. A deletion cannot be undone, so in case of doubt each rule keeps the objects.

/** The folder of all objects to which rows refer. */
export const storedFilesFolder = 's3_files/'

/** The object that contains the uid of the library to which the store belongs. */
export const libraryMarkKey = '.library'

/** Each sweep except a dry run writes and removes this object, to read the clock of the store. */
export const clockProbeKey = '.sweep'

/**
 * Returns whether the key is `s3_files/` and the uid of a stored file (http-api.md §1.2). Larder writes no
 * other keys into this folder.
 */
export const isStoredFileKey = (key: string): boolean =>
  /^s3_files\/(?:[A-Za-z0-9-]{1,32}_)?s3f_[A-Za-z0-9_-]{22}$/.test(key)

const hour = 3_600_000
/**
 * Milliseconds. No upload takes longer until its row is written, and no viewer plays a replaced export for
 * longer.
 */
export const minimumAgeMs = 48 * hour
/** Milliseconds. The ages of work and of objects are read at different times. */
const marginMs = hour

/**
 * Returns the time before which a stored object may be an orphan: it is then older than 48 hours, and older
 * than the oldest running work.
 */
export const orphanCutoff = (storeNow: number, oldestWorkAgeMs: number): number =>
  storeNow - Math.max(minimumAgeMs, oldestWorkAgeMs + marginMs)

/** More orphans than this in one sweep indicate a mistake (a restored database, a wrong bucket). */
export const maxOrphansPerSweep = 1000
const maxOrphanShare = 0.05

export const hasTooManyOrphans = (orphans: number, objects: number): boolean =>
  orphans > maxOrphansPerSweep || orphans > objects * maxOrphanShare

/** Number of objects to sample when deciding whether a store without a mark is this library's. */
export const storeSampleSize = 500

/**
 * Returns whether the store has no objects of Larder's form, or most of the sample are in this library's
 * database.
 */
export const isStoreProven = ({
  looked,
  named,
}: {
  readonly looked: number
  readonly named: number
}): boolean => looked === 0 || named * 2 > looked
