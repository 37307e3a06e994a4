import type { O } from '../fp.ts'

/** How far the making of a file's exports has come, and what ended it. In this process alone. */
export type ProgressStore = {
  /** From 0 to 1. */
  readonly report: (uid: string, fraction: number) => void
  readonly done: (uid: string) => void
  /** Nothing comes of it, for this reason, in one line. The latest few hundred are remembered. */
  readonly refuse: (uid: string, reason: string) => void
  readonly read: (uid: string) => O.Option<number>
  readonly readRefusal: (uid: string) => O.Option<string>
}
