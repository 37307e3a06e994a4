import { createHash } from 'node:crypto'
import { join } from 'node:path'

/** The layout of the cache's folder. Everything in it is named after the sha256 of a key's name (64 hex digits). */
export type CacheFolders = {
  /** node-persist's: `values/{id}`. */
  readonly values: string
  /** Whole blobs: `blobs/{first two digits}/{id}`. */
  readonly blobs: string
  /** What is on its way in: parts of blobs, their locks, a new journal. */
  readonly fills: string
  readonly blob: (id: string) => string
  readonly value: (id: string) => string
  /** What lies there (journal.ts). */
  readonly journal: string
  /** Where a process (process-identity.ts) writes a new one. */
  readonly newJournal: (identity: string) => string
  /** What was deleted (delete-marks.ts). */
  readonly marks: string
  /** Held by the process that does the upkeep. */
  readonly upkeepLock: string
  /** Beacons of the processes that bring in blobs (process-beacon.ts). */
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
  marks: join(dir, 'marks'),
  upkeepLock: join(dir, 'upkeep.lock'),
  processes: join(dir, 'processes'),
})

/** As node-persist names its files. */
export const cacheIdOf = (name: string): string => createHash('sha256').update(name).digest('hex')
