import { closeSync, constants, openSync } from 'node:fs'
import { mkdir, readdir, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
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

/** The identity of this process, visible to others until `release`. */
export type HeldIdentity = { readonly identity: ProcessIdentity; readonly release: () => void }

/**
 * Shows which of the processes that share a folder are alive, also across pid namespaces
 * (docs/decisions/0014). Each holds the read end of a FIFO, named after its identity, in a folder of beacons.
 * The kernel closes that end however the process dies, and a write end can be opened only while there is a
 * reader.
 */
export type ProcessBeacon = {
  /**
   * Makes this process visible to others until `release`. Name files in the shared folder with the returned
   * identity only. If no FIFO can be created, processes in other pid namespaces cannot see this one.
   */
  readonly hold: () => Promise<HeldIdentity>
  readonly stateOf: (identity: ProcessIdentity) => ProcessState
  /** Removes the beacon. It stays while an identity is held, so that the owner of leftovers is known. */
  readonly close: () => Promise<void>
}

const hour = 60 * 60 * 1000

/** The beacon of a dead process stays for a day, so that every cleanup of leftovers can use it. */
const staleMs = 24 * hour

/** For folders that only processes of one pid namespace use, such as in tests. */
export const noBeacon: ProcessBeacon = {
  hold: async () => ({ identity: currentProcessIdentity, release: () => undefined }),
  stateOf: processStateOf,
  close: async () => undefined,
}

/** Creates `folder` when needed. Touches the beacon every `refreshMs`, for processes on other machines. */
export const createProcessBeacon = (folder: string, refreshMs = hour): ProcessBeacon => {
  const path = join(folder, currentProcessIdentity)
  let creating: Promise<number | null> | null = null
  let holders = 0
  let refreshing: NodeJS.Timeout | null = null

  const refresh = (): void => {
    const now = new Date()
    // A failed refresh does no harm: many more follow before the beacon counts as stale.
    utimes(path, now, now).catch(() => undefined)
  }

  return {
    hold: async () => {
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

/** Creates the FIFO. Returns its open read end; `null` if that is impossible. */
const createFifo = async (folder: string, path: string): Promise<number | null> => {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await removeStale(folder)
    // Another beacon of this process may have created it already.
    await runProgram('mkfifo', ['-m', '600', path]).catch(() => undefined)
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch {
    return null
  }
}

const stateByBeacon = (folder: string, identity: ProcessIdentity): ProcessState => {
  // Readers of a FIFO are visible in their own kernel only.
  if (!isFromThisBoot(identity)) return 'unknown'
  try {
    closeSync(openSync(join(folder, identity), constants.O_WRONLY | constants.O_NONBLOCK))
    return 'alive'
  } catch (error) {
    return errnoOf(error) === 'ENXIO' ? 'gone' : 'unknown'
  }
}

/** Also removes beacons of other kernels: a live process has touched its beacon within the last hour. */
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
