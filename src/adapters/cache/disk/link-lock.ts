import { readlink, rm, symlink } from 'node:fs/promises'
import { alreadyExists } from '../../platform/errno.ts'
import type { ProcessIdentity, ProcessState } from '../../platform/process-identity.ts'

/**
 * A lock between the processes of a machine: a symbolic link whose target names the holder. A link is created
 * atomically with its target, so a lock is never half written. A lock is taken over if its holder is dead. It
 * is also taken over if its holder is unknown, because the lock is then nearly always older than the last
 * boot.
 *
 * If two processes take over a lock at the same moment, both may hold it. Use it only where that is harmless.
 */
export type SymlinkLock = {
  /** Resolves to `null` if this process has got the lock; otherwise to the target of the holder's link. */
  readonly take: (target: string) => Promise<string | null>
  /** Releases the lock, if the link still has this target. */
  readonly release: (target: string) => Promise<void>
}

/**
 * Creates a lock at `path`. `holderIn` returns the process that a target names; `null`: the link is not such
 * a lock.
 */
export const createSymlinkLock = (
  path: string,
  holderIn: (target: string) => ProcessIdentity | null,
  stateOf: (identity: ProcessIdentity) => ProcessState,
): SymlinkLock => ({
  take: async (target) => {
    for (let tries = 0; tries < 3; tries++) {
      try {
        await symlink(target, path)
        return null
      } catch (error) {
        if (!alreadyExists(error)) throw error
      }
      const current = await readlink(path).catch(() => '')
      const holder = holderIn(current)
      if (holder !== null && stateOf(holder) === 'alive') return current
      await rm(path, { force: true })
    }
    return null
  },
  release: async (target) => {
    if ((await readlink(path).catch(() => null)) === target) await rm(path, { force: true })
  },
})
