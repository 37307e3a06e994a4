// The brakes of the sweep: a deletion cannot be undone, so each rule errs on the side of keeping.

/** The folder of all objects that rows refer to. */
export const storedFilesFolder = 's3_files/'

/** The object that contains the uid of the library that the store belongs to. */
export const libraryMarkKey = '.library'

/** Each sweep except a dry run writes and removes this object, to read the clock of the store. */
export const clockProbeKey = '.sweep'

/** Whether the key is `s3_files/` and a uid of a stored file (http-api.md §1.2). Others are not Larder's. */
export const isStoredFileKey = (key: string): boolean =>
  /^s3_files\/(?:[A-Za-z0-9-]{1,32}_)?s3f_[A-Za-z0-9_-]{22}$/.test(key)

const hour = 3_600_000
/** No upload takes longer until its row is written, and no viewer plays a replaced export for longer. */
export const minimumAgeMs = 48 * hour
/** The ages of work and of objects are read at different times. */
const marginMs = hour

/** Objects stored before this time may be orphans: older than 48 hours, and than the oldest running work. */
export const orphanCutoff = (storeNow: number, oldestWorkAgeMs: number): number =>
  storeNow - Math.max(minimumAgeMs, oldestWorkAgeMs + marginMs)

/** More orphans than this indicate a mistake (a restored database, a wrong bucket). */
export const maxOrphansPerSweep = 1000
const maxOrphanShare = 0.05

export const hasTooManyOrphans = (orphans: number, objects: number): boolean =>
  orphans > maxOrphansPerSweep || orphans > objects * maxOrphanShare

/** Number of objects that decide whether a store without a mark is this library's. */
export const storeSampleSize = 500

/** Whether the store has no objects of Larder's form, or most of them are in this library's database. */
export const isStoreProven = ({
  looked,
  named,
}: {
  readonly looked: number
  readonly named: number
}): boolean => looked === 0 || named * 2 > looked
