import { closeSync, constants, openSync } from 'node:fs'
import { mkdir, readdir, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { errnoOf } from './errno.ts'
import {
  currentProcessId,
  isIdentity,
  isOfThisKernel,
  type ProcessIdentity,
  type ProcessState,
  processStateOf,
} from './process-identity.ts'
import { runProgram } from './run-program.ts'

/** This process, for as long as it is shown to the others. */
export type HeldIdentity = { readonly identity: ProcessIdentity; readonly release: () => void }

/**
 * Tells processes that share a folder whether one of them lives, also across pid namespaces (docs/decisions/0014).
 * Each holds the read end of a FIFO in a folder of beacons, which is named after it. The kernel closes that end
 * however the process dies, and a write end can be opened only while there is a reader.
 */
export type ProcessBeacon = {
  /**
   * Shows this process to the others until it is released. It alone gives the identity under which something may be put
   * into the shared folder. Where no FIFO can be made, processes of other pid namespaces know nothing of this one.
   */
  readonly hold: () => Promise<HeldIdentity>
  readonly stateOf: (identity: ProcessIdentity) => ProcessState
  /** Takes the beacon away. It stays while something is held, so that what is left behind has a known owner. */
  readonly close: () => Promise<void>
}

const hour = 60 * 60 * 1000

/** A beacon whose process died is kept for a day, so that every sweep of leftovers can ask it. */
const burntOutMs = 24 * hour

/** For folders that only the processes of one pid namespace use, such as those of tests. */
export const noBeacon: ProcessBeacon = {
  hold: async () => ({ identity: currentProcessId, release: () => undefined }),
  stateOf: processStateOf,
  close: async () => undefined,
}

/** `folder` is made when it is needed. The beacon is touched every `refreshMs`, as another machine sees no more of it. */
export const createProcessBeacon = (folder: string, refreshMs = hour): ProcessBeacon => {
  const path = join(folder, currentProcessId)
  let lit: Promise<number | null> | null = null
  let holders = 0
  let refreshing: NodeJS.Timeout | null = null

  const refresh = (): void => {
    const now = new Date()
    // It comes round again, many times before the beacon counts as burnt out.
    utimes(path, now, now).catch(() => undefined)
  }

  return {
    hold: async () => {
      holders++
      lit ??= light(folder, path)
      await lit
      refreshing ??= setInterval(refresh, refreshMs).unref()
      let held = true
      const release = () => {
        if (held) holders--
        held = false
      }
      return { identity: currentProcessId, release }
    },
    stateOf: (identity) => {
      const known = processStateOf(identity)
      return known === 'unknown' ? stateByBeacon(folder, identity) : known
    },
    close: async () => {
      const end = await lit
      if (end === null || holders > 0) return
      lit = null
      if (refreshing !== null) clearInterval(refreshing)
      refreshing = null
      await rm(path, { force: true })
      closeSync(end)
    },
  }
}

/** The open read end; `null` where there can be none. */
const light = async (folder: string, path: string): Promise<number | null> => {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await removeBurntOut(folder)
    // It may be there already, by another beacon of this process.
    await runProgram('mkfifo', ['-m', '600', path]).catch(() => undefined)
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch {
    return null
  }
}

const stateByBeacon = (folder: string, identity: ProcessIdentity): ProcessState => {
  // A FIFO has its readers in one kernel: one of another kernel cannot be seen, and is not thereby gone.
  if (!isOfThisKernel(identity)) return 'unknown'
  try {
    closeSync(openSync(join(folder, identity), constants.O_WRONLY | constants.O_NONBLOCK))
    return 'alive'
  } catch (error) {
    return errnoOf(error) === 'ENXIO' ? 'gone' : 'unknown'
  }
}

/** Of processes of other kernels, too: one that lives has touched its beacon within the hour. */
const removeBurntOut = async (folder: string): Promise<void> => {
  const now = Date.now()
  for (const name of (await readdir(folder)).filter(isIdentity)) {
    const path = join(folder, name)
    const beacon = await stat(path).catch(() => null)
    if (beacon === null || now - beacon.mtimeMs < burntOutMs) continue
    const state = processStateOf(name) === 'unknown' ? stateByBeacon(folder, name) : processStateOf(name)
    if (state !== 'alive') await rm(path, { force: true })
  }
}
