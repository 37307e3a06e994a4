import { dirname } from 'node:path'
import type { AnnouncedIdentity, ProcessLiveness } from '../../platform/process-liveness.ts'
import { createSymlinkLock } from './link-lock.ts'
import { retryAfterCreatingFolder } from './retry-after-creating-folder.ts'

/** Periodic maintenance of the cache. Only one process of the machine runs it at a time. */
type Maintenance = {
  /** Stops the maintenance. Resolves when the current round has ended. */
  readonly stop: () => Promise<void>
}

type Options = {
  readonly lockPath: string
  readonly liveness: ProcessLiveness
  /** Pause between the end of one round and the start of the next. */
  readonly everyMs: number
  /** Runs one round. After a call of `stop`, the round must end soon. */
  readonly round: () => Promise<unknown>
  readonly onFailure: (cause: unknown) => void
}

export const startMaintenance = ({ lockPath, liveness, everyMs, round, onFailure }: Options): Maintenance => {
  const lock = createSymlinkLock(lockPath, (target) => target, liveness.stateOf)
  let hold: AnnouncedIdentity | null = null
  let timer: NodeJS.Timeout | null = null
  let stopped = false

  const runRound = async () => {
    try {
      hold ??= await liveness.announce()
      const { identity } = hold
      const holder = await retryAfterCreatingFolder(dirname(lockPath), () => lock.take(identity))
      if (holder === null || holder === identity) await round()
    } catch (cause) {
      onFailure(cause)
    }
    if (stopped) return
    timer = setTimeout(() => {
      currentRound = runRound()
    }, everyMs)
    timer.unref()
  }
  let currentRound = runRound()

  return {
    stop: async () => {
      stopped = true
      if (timer !== null) clearTimeout(timer)
      await currentRound
      if (hold !== null) await lock.release(hold.identity).finally(hold.release)
    },
  }
}
