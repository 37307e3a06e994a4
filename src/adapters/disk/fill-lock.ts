import { join } from 'node:path'
import { createLinkLock } from './link-lock.ts'
import { ourMark } from './process-mark.ts'

// A blob is brought in by one process of the machine at a time: the one whose lock stands in the folder of
// fills. The lock says the name of the file in which the bytes land, and that file is named after the process.

/** The process that writes, or wrote, the file of this name; `null` when it is no such name. */
export const writerOf = (name: string): string | null =>
  /^(?:[0-9a-f]{64}|journal)\.(\d+-\d+)\.\d+\.part$/.exec(name)?.[1] ?? null

export type FillLock =
  | { readonly by: 'us'; readonly part: string; readonly release: () => Promise<void> }
  | { readonly by: 'another'; readonly part: string; readonly writer: string }

/** `count` tells this process's fills apart. */
export const takeFillLock = async (fills: string, id: string, count: number): Promise<FillLock> => {
  const lock = createLinkLock(join(fills, `${id}.lock`), writerOf)
  const part = `${id}.${ourMark}.${count}.part`
  const holding = await lock.take(part)
  const writer = holding === null ? null : writerOf(holding)
  // An earlier fill of ours that nobody waits for any more is no reason to wait for it.
  return holding === null || writer === null || writer === ourMark
    ? { by: 'us', part, release: () => lock.release(part) }
    : { by: 'another', part: holding, writer }
}
