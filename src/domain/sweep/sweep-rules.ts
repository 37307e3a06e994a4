// The brakes of the sweep: what is deleted cannot be had back, so that each rule errs on the side of keeping.

/** The folder of all objects that rows name. */
export const ownFolder = 's3_files/'

/** Names the library that the store belongs to. */
export const libraryKey = '.library'

/** Written and removed by each sweep but a dry run, to learn what time it is by the store's clock. */
export const markKey = '.sweep'

/** `s3_files/` and the uid of a stored file, as Larder makes them (http-api.md §1.2). Anything else is not Larder's. */
export const isOwnKey = (key: string): boolean =>
  /^s3_files\/(?:[A-Za-z0-9-]{1,32}_)?s3f_[A-Za-z0-9_-]{22}$/.test(key)

const hour = 3_600_000
/** No upload takes as long (its row comes before), and no viewer is still at what was replaced so long ago. */
export const minimumAgeMs = 48 * hour
/** The age of work and that of an object are read at different moments. */
const marginMs = hour

/** What was stored before this time may be an orphan: it is older than 48 hours, and than the oldest work under way. */
export const cutoff = (storeNow: number, oldestWorkAgeMs: number): number =>
  storeNow - Math.max(minimumAgeMs, oldestWorkAgeMs + marginMs)

/** More than these at once are more likely a mistake (a restored database, a wrong bucket) than orphans. */
export const mostAtOnce = 1000
const mostOfAll = 0.05

export const mustBrake = (orphans: number, objects: number): boolean =>
  orphans > mostAtOnce || orphans > objects * mostOfAll

/** Objects by which a store without a mark is told from that of another library. */
export const sampleSize = 500

/** Nothing of Larder's is in the store, or most of it is this library's. */
export const isProven = ({ looked, named }: { readonly looked: number; readonly named: number }): boolean =>
  looked === 0 || named * 2 > looked
