import type { O } from '../fp.ts'

/** How far the making of a file's exports has come, for whoever looks. In this process alone. */
export type ProgressBoard = {
  /** From 0 to 1. */
  readonly report: (uid: string, fraction: number) => void
  readonly done: (uid: string) => void
  readonly read: (uid: string) => O.Option<number>
}
