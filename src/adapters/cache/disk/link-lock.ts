import { readlink, rm, symlink } from 'node:fs/promises'
import { alreadyExists } from '../../platform/errno.ts'
import type { ProcessIdentity, ProcessState } from '../../platform/process-identity.ts'

/**
 * A lock between the processes of a machine: a symbolic link whose target names the holder. A link is created
 * atomically with its target, so a lock is never half written. A process takes over a lock if the holder is
 * dead. A process also takes over a lock if nothing is known about the holder, because such a lock is nearly
 * always older than the last boot.
 *
 * If two processes take over a lock at the same moment, both may hold it. Use it only where that is harmless.
 */
type SymlinkLock = {
  /**
   * Resolves to `null` if this process has acquired the lock; otherwise to the link target that names the
   * holder.
   */
  readonly take: (target: string) => Promise<string | null>
  /** Returns whether the link has this target, so that its holder still has the lock. */
  readonly isHeld: (target: string) => Promise<boolean>
  /** Releases the lock, if the link still has this target. */
  readonly release: (target: string) => Promise<void>
}

/**
 * Creates a lock at `path`. `holderIn` returns the process that the target of a link names; `null` if the
 * link is not a lock of this kind.
 */
export const createSymlinkLock = (
  path: string,
  holderIn: (target: string) => ProcessIdentity | null,
  stateOf: (identity: ProcessIdentity) => ProcessState,
): SymlinkLock => {
  const isHeld = async (target: string): Promise<boolean> =>
    (await readlink(path).catch(() => null)) === target

  return {
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
    isHeld,
    release: async (target) => {
      if (await isHeld(target)) await rm(path, { force: true })
    },
  }
}
