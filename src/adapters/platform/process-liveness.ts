import { closeSync, constants, openSync } from 'node:fs'
import { readdir, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { createFolder } from './create-folder.ts'
import { errnoOf } from './errno.ts'
import {
  currentProcessIdentity,
  isFromThisBoot,
  isProcessIdentity,
  type ProcessIdentity,
  type ProcessState,
  processStateOf,
} from './process-identity.ts'
import { runProgram } from './run-program.ts'

/**
 * The identity of this process, which stays visible as alive to other processes until `release` is called.
 */
export type AnnouncedIdentity = { readonly identity: ProcessIdentity; readonly release: () => void }

/**
 * A beacon shows the processes that share a folder which of them are alive, also across pid namespaces
 * (docs/decisions/0014). Each process opens the read end of a FIFO, which is named after its identity, in a
 * folder of beacons. When the process dies, for whatever reason, the kernel closes the read end. The write
 * end can be opened only while the read end is open. So a process is alive if the write end can be opened.
 */
export type ProcessLiveness = {
  /**
   * Makes this process visible to others until `release` is called. Files in the shared folder must be named
   * with the returned identity. If no FIFO can be created, processes in other pid namespaces cannot see this
   * process.
   */
  readonly announce: () => Promise<AnnouncedIdentity>
  readonly stateOf: (identity: ProcessIdentity) => ProcessState
  /**
   * Removes the beacon, unless `release` is still to be called for an identity. In that case the FIFO stays,
   * so that the owner of leftovers can be determined.
   */
  readonly close: () => Promise<void>
}

const hour = 60 * 60 * 1000

/**
 * Time in milliseconds for which the FIFO of a dead process stays. During this time, every cleanup of
 * leftovers can see that the process is dead.
 */
const staleMs = 24 * hour

/**
 * A ProcessLiveness without FIFOs, for folders that only processes of one pid namespace use, for example in
 * tests.
 */
export const localProcessLiveness: ProcessLiveness = {
  announce: async () => ({ identity: currentProcessIdentity, release: () => undefined }),
  stateOf: processStateOf,
  close: async () => undefined,
}

/**
 * Creates a beacon in `folder`, which is created when needed. The modification time of the FIFO is updated
 * every `refreshMs`, so that processes on other machines do not remove it as stale.
 */
export const createProcessLiveness = (folder: string, refreshMs = hour): ProcessLiveness => {
  const path = join(folder, currentProcessIdentity)
  let creating: Promise<number | null> | null = null
  let holders = 0
  let refreshing: NodeJS.Timeout | null = null

  const refresh = (): void => {
    const now = new Date()
    // A failed update of the time is harmless, because many more updates follow before the beacon counts as
    // stale.
    utimes(path, now, now).catch(() => undefined)
  }

  return {
    announce: async () => {
      holders++
      creating ??= createFifo(folder, path)
      await creating
      refreshing ??= setInterval(refresh, refreshMs).unref()
      let isHeld = true
      const release = () => {
        if (isHeld) holders--
        isHeld = false
      }
      return { identity: currentProcessIdentity, release }
    },
    stateOf: (identity) => {
      const state = processStateOf(identity)
      return state === 'unknown' ? stateByBeacon(folder, identity) : state
    },
    close: async () => {
      const end = await creating
      if (end === null || holders > 0) return
      creating = null
      if (refreshing !== null) clearInterval(refreshing)
      refreshing = null
      await rm(path, { force: true })
      closeSync(end)
    },
  }
}

/** Creates the FIFO. Returns its open read end; `null` if it cannot be created. */
const createFifo = async (folder: string, path: string): Promise<number | null> => {
  try {
    await createFolder(folder)
    await removeStale(folder)
    // The FIFO may already exist, because another ProcessLiveness of this process has created it.
    await runProgram('mkfifo', ['-m', '600', path]).catch(() => undefined)
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch {
    return null
  }
}

const stateByBeacon = (folder: string, identity: ProcessIdentity): ProcessState => {
  // Only processes of the same kernel can see whether a FIFO has a reader. So nothing is known about a
  // process of another boot.
  if (!isFromThisBoot(identity)) return 'unknown'
  try {
    closeSync(openSync(join(folder, identity), constants.O_WRONLY | constants.O_NONBLOCK))
    return 'alive'
  } catch (error) {
    return errnoOf(error) === 'ENXIO' ? 'gone' : 'unknown'
  }
}

/**
 * Removes the FIFOs of dead processes, also those of other kernels. A live process has updated the time of
 * its FIFO within the last hour.
 */
const removeStale = async (folder: string): Promise<void> => {
  const now = Date.now()
  for (const name of (await readdir(folder)).filter(isProcessIdentity)) {
    const path = join(folder, name)
    const beacon = await stat(path).catch(() => null)
    if (beacon === null || now - beacon.mtimeMs < staleMs) continue
    const state = processStateOf(name) === 'unknown' ? stateByBeacon(folder, name) : processStateOf(name)
    if (state !== 'alive') await rm(path, { force: true })
  }
}
