import { dirname } from 'node:path'
import type { HeldIdentity, ProcessBeacon } from '../../platform/process-beacon.ts'
import { createFolderTier } from './in-folder.ts'
import { createLinkLock } from './link-lock.ts'

/** Chores that come round again, done by one process of the machine at a time. */
export type Maintenance = {
  /** Ends it; resolves when nothing is being done any more. */
  readonly stop: () => Promise<void>
}

type Options = {
  readonly lockPath: string
  readonly beacon: ProcessBeacon
  /** Between the end of one round and the start of the next. */
  readonly everyMs: number
  /** One round. It looks whether it should stop, and does so soon. */
  readonly round: () => Promise<unknown>
  readonly onFailure: (cause: unknown) => void
}

export const startMaintenance = ({ lockPath, beacon, everyMs, round, onFailure }: Options): Maintenance => {
  const lock = createLinkLock(lockPath, (says) => says, beacon.stateOf)
  let held: HeldIdentity | null = null
  let timer: NodeJS.Timeout | null = null
  let stopped = false

  const once = async () => {
    try {
      held ??= await beacon.hold()
      const { identity } = held
      const holder = await createFolderTier(dirname(lockPath), () => lock.take(identity))
      if (holder === null || holder === identity) await round()
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
      if (held !== null) await lock.release(held.identity).finally(held.release)
    },
  }
}
