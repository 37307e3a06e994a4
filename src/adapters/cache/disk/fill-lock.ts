import { join } from 'node:path'
import { identityPattern, type ProcessIdentity } from '../../platform/process-identity.ts'
import type { ProcessLiveness } from '../../platform/process-liveness.ts'
import { createSymlinkLock } from './link-lock.ts'

// Only one process of the machine fills a blob at a time: the one that has the blob's lock, which is a link
// in the folder `fills`. The lock contains the name of the partial file, and that name contains the identity
// of the process.

/**
 * Returns the process that writes, or wrote, the partial file of this name; `null` if it is not the name of a
 * partial file.
 */
export const lockHolderOf = (name: string): ProcessIdentity | null => partName.exec(name)?.[1] ?? null

const partName = new RegExp(`^(?:[0-9a-f]{64}|journal)\\.(${identityPattern})\\.\\d+\\.part$`)

type FillLock =
  | { readonly by: 'us'; readonly part: string; readonly release: () => Promise<void> }
  | {
      readonly by: 'another'
      readonly part: string
      readonly writer: ProcessIdentity
      /** Returns whether that fill still has the lock: it keeps it until its blob is stored or discarded. */
      readonly isHeld: () => Promise<boolean>
    }

/**
 * Acquires the lock of a blob. If another process has the lock, returns that process. `count` distinguishes
 * the fills of this process.
 */
export const acquireFillLock = async (
  fills: string,
  id: string,
  count: number,
  liveness: ProcessLiveness,
): Promise<FillLock> => {
  const lock = createSymlinkLock(join(fills, `${id}.lock`), lockHolderOf, liveness.stateOf)
  const { identity, release: releaseBeacon } = await liveness.announce()
  const part = `${id}.${identity}.${count}.part`
  const holding = await lock.take(part).catch((error) => {
    releaseBeacon()
    throw error
  })
  const writer = holding === null ? null : lockHolderOf(holding)
  // If the lock names this process, the lock is a leftover of an abandoned fill, so there is nothing to wait
  // for.
  if (holding === null || writer === null || writer === identity)
    return { by: 'us', part, release: () => lock.release(part).finally(releaseBeacon) }
  releaseBeacon()
  return { by: 'another', part: holding, writer, isHeld: () => lock.isHeld(holding) }
}
