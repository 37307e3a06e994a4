import { dirname } from 'node:path'
import { inFolder } from './in-folder.ts'
import { createLinkLock } from './link-lock.ts'
import { ourMark } from './process-mark.ts'

/** Chores that come round again, done by one process of the machine at a time. */
export type Upkeep = {
  /** Ends it; resolves when nothing is being done any more. */
  readonly stop: () => Promise<void>
}

type Options = {
  readonly lockPath: string
  /** Between the end of one round and the start of the next. */
  readonly everyMs: number
  /** One round. It looks whether it should stop, and does so soon. */
  readonly round: () => Promise<unknown>
  readonly onFailure: (cause: unknown) => void
}

export const startUpkeep = ({ lockPath, everyMs, round, onFailure }: Options): Upkeep => {
  const lock = createLinkLock(lockPath, (says) => says)
  let timer: NodeJS.Timeout | null = null
  let stopped = false

  const once = async () => {
    try {
      const holder = await inFolder(dirname(lockPath), () => lock.take(ourMark))
      if (holder === null || holder === ourMark) await round()
    } catch (cause) {
      onFailure(cause)
    }
    if (stopped) return
    timer = setTimeout(() => {
      underWay = once()
    }, everyMs)
    timer.unref()
  }
  let underWay = once()

  return {
    stop: async () => {
      stopped = true
      if (timer !== null) clearTimeout(timer)
      await underWay
      await lock.release(ourMark)
    },
  }
}
