import { readlink, rm, symlink } from 'node:fs/promises'
import { isThereAlready } from './file-errors.ts'
import { isAlive } from './process-mark.ts'

/**
 * A lock among the processes of a machine: a symbolic link that says who holds it. A link comes into being in
 * one step together with what it says, so no lock is ever half written; one whose holder has died is taken over.
 *
 * Should two processes take it over at the same moment, both may hold it for once. Use it where that does no harm.
 */
export type LinkLock = {
  /** What the holder's link says, `null` when the lock is now ours. */
  readonly take: (says: string) => Promise<string | null>
  /** Gives it back, if the link still says so. */
  readonly release: (says: string) => Promise<void>
}

/** `holderIn` finds the process (process-mark.ts) in what a link says; `null`: it is no link of ours. */
export const createLinkLock = (path: string, holderIn: (says: string) => string | null): LinkLock => ({
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
      if (holder !== null && isAlive(holder)) return holding
      await rm(path, { force: true })
    }
    return null
  },
  release: async (says) => {
    if ((await readlink(path).catch(() => null)) === says) await rm(path, { force: true })
  },
})
