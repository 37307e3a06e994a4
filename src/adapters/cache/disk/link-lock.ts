import { readlink, rm, symlink } from 'node:fs/promises'
import { isThereAlready } from '../../platform/errno.ts'
import type { ProcessIdentity, ProcessState } from '../../platform/process-identity.ts'

/**
 * A lock among the processes of a machine: a symbolic link that says who holds it. A link comes into being in
 * one step together with what it says, so no lock is ever half written; one whose holder has died is taken over.
 * So is one whose holder is unknown: nearly always it is from before this machine was started.
 *
 * Should two processes take it over at the same moment, both may hold it for once. Use it where that does no harm.
 */
export type LinkLock = {
  /** What the holder's link says, `null` when the lock is now ours. */
  readonly take: (says: string) => Promise<string | null>
  /** Gives it back, if the link still says so. */
  readonly release: (says: string) => Promise<void>
}

/** `holderIn` finds the process in what a link says; `null`: the link is not of this kind. */
export const createLinkLock = (
  path: string,
  holderIn: (says: string) => ProcessIdentity | null,
  stateOf: (identity: ProcessIdentity) => ProcessState,
): LinkLock => ({
  take: async (says) => {
    for (let tries = 0; tries < 3; tries++) {
      try {
        await symlink(says, path)
        return null
      } catch (error) {
        if (!isThereAlready(error)) throw error
      }
      const holding = await readlink(path).catch(() => '')
      const holder = holderIn(holding)
      if (holder !== null && stateOf(holder) === 'alive') return holding
      await rm(path, { force: true })
    }
    return null
  },
  release: async (says) => {
    if ((await readlink(path).catch(() => null)) === says) await rm(path, { force: true })
  },
})
