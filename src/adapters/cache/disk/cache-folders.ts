import { createHash } from 'node:crypto'
import { join } from 'node:path'

/** Layout of the cache folder. An id is the sha256 of a key's name (64 hex digits). */
export type CacheFolders = {
  /** Files of node-persist: `values/{id}`. */
  readonly values: string
  /** Whole blobs: `blobs/{first two digits}/{id}`. */
  readonly blobs: string
  /** Files of running fills: partial blobs and locks. Also new journals, before they replace the journal. */
  readonly fills: string
  readonly blob: (id: string) => string
  readonly value: (id: string) => string
  /** The journal: a list of the entries (journal.ts). */
  readonly journal: string
  /** Returns the path at which a process (process-identity.ts) writes a new journal. */
  readonly newJournal: (identity: string) => string
  /**
   * The file of invalidation versions (invalidation-versions.ts).
   */
  readonly invalidationVersions: string
  /** The file with the position up to which the values are up to date (bus-position-file.ts). */
  readonly busPosition: string
  /** Lock file. Only the process that owns this lock runs the maintenance. */
  readonly maintenanceLock: string
  /**
   * Folder with a FIFO for each process that fills blobs. The FIFO shows whether the process is alive
   * (process-liveness.ts).
   */
  readonly processes: string
}

export const cacheFolders = (dir: string): CacheFolders => ({
  values: join(dir, 'values'),
  blobs: join(dir, 'blobs'),
  fills: join(dir, 'fills'),
  blob: (id) => join(dir, 'blobs', id.slice(0, 2), id),
  value: (id) => join(dir, 'values', id),
  journal: join(dir, 'journal'),
  newJournal: (identity) => join(dir, 'fills', `journal.${identity}.0.part`),
  invalidationVersions: join(dir, 'invalidation-versions'),
  busPosition: join(dir, 'bus-position'),
  maintenanceLock: join(dir, 'upkeep.lock'),
  processes: join(dir, 'processes'),
})

/** Returns the id of an entry. node-persist computes its file names in the same way. */
export const cacheIdOf = (name: string): string => createHash('sha256').update(name).digest('hex')
