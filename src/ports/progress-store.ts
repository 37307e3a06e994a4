import type { O } from '../fp.ts'

/** Progress of making a file's exports, and the reason when that was refused. Of this process only. */
export type ProgressStore = {
  /** From 0 to 1. */
  readonly report: (uid: string, fraction: number) => void
  readonly done: (uid: string) => void
  /** Records that the file was refused, for this reason (one line). The latest few hundred are kept. */
  readonly refuse: (uid: string, reason: string) => void
  readonly read: (uid: string) => O.Option<number>
  readonly readRefusal: (uid: string) => O.Option<string>
}
