import type { O } from '../fp.ts'

/**
 * Stores the progress of making a file's exports, or the reason why the file was refused. Each process has
 * its own.
 */
export type ProgressStore = {
  /** Records the finished fraction (0 to 1). */
  readonly report: (uid: string, fraction: number) => void
  readonly done: (uid: string) => void
  /**
   * Records that the file was refused, for this reason (one line). Only the latest few hundred reasons are
   * stored.
   */
  readonly refuse: (uid: string, reason: string) => void
  readonly read: (uid: string) => O.Option<number>
  readonly readRefusal: (uid: string) => O.Option<string>
}
