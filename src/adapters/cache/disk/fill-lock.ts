import { join } from 'node:path'
import type { ProcessBeacon } from '../../platform/process-beacon.ts'
import { identityPattern, type ProcessIdentity } from '../../platform/process-identity.ts'
import { createLinkLock } from './link-lock.ts'

// A blob is brought in by one process of the machine at a time: the one whose lock stands in the folder of
// fills. The lock says the name of the file in which the bytes land, and that file is named after the process.

/** The process that writes, or wrote, the file of this name; `null` when it is no such name. */
export const lockHolderOf = (name: string): ProcessIdentity | null => partName.exec(name)?.[1] ?? null

const partName = new RegExp(`^(?:[0-9a-f]{64}|journal)\\.(${identityPattern})\\.\\d+\\.part$`)

export type FillLock =
  | { readonly by: 'us'; readonly part: string; readonly release: () => Promise<void> }
  | { readonly by: 'another'; readonly part: string; readonly writer: ProcessIdentity }

/** `count` tells this process's fills apart. */
export const takeFillLock = async (
  fills: string,
  id: string,
  count: number,
  beacon: ProcessBeacon,
): Promise<FillLock> => {
  const lock = createLinkLock(join(fills, `${id}.lock`), lockHolderOf, beacon.stateOf)
  const { identity, release: letGo } = await beacon.hold()
  const part = `${id}.${identity}.${count}.part`
  const holding = await lock.take(part).catch((error) => {
    letGo()
    throw error
  })
  const writer = holding === null ? null : lockHolderOf(holding)
  // An earlier fill of ours that nobody waits for any more is no reason to wait for it.
  if (holding === null || writer === null || writer === identity)
    return { by: 'us', part, release: () => lock.release(part).finally(letGo) }
  letGo()
  return { by: 'another', part: holding, writer }
}
