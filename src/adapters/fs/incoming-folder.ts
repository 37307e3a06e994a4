import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isLeftover } from '../platform/leftovers.ts'
import type { ProcessBeacon } from '../platform/process-beacon.ts'
import { identityPattern } from '../platform/process-identity.ts'

// Of this process, over all folders: a number is never used twice.
let made = 0

/** Where files are written before they are whole. */
export type IncomingFolder = {
  /** Runs `work` with the path of a file that is not there yet. What is still there afterwards is removed. */
  readonly withNewFile: <A>(work: (path: string) => Promise<A>) => Promise<A>
}

/**
 * A folder for files under way, shared by any number of processes. A file is named `{identity}.{number}` after its
 * writer, so that what a killed process left behind can be told from what another is writing now; it is removed once
 * the first new file is done.
 */
export const createIncomingFolder = (dir: string, beacon: ProcessBeacon): IncomingFolder => {
  let swept: Promise<void> | null = null

  const removeLeftovers = async (): Promise<void> => {
    for (const name of await readdir(dir).catch(() => [])) {
      const path = join(dir, name)
      // Leftovers take space and do no harm, so one that cannot be removed stays.
      if (await isLeftover(path, writerOf(name), beacon.stateOf))
        await rm(path, { force: true, recursive: true }).catch(() => undefined)
    }
  }

  return {
    withNewFile: async (work) => {
      await mkdir(dir, { recursive: true, mode: 0o700 })
      const { identity, release: letGo } = await beacon.hold()
      const path = join(dir, `${identity}.${made++}`)
      try {
        return await work(path)
      } finally {
        await rm(path, { force: true }).finally(letGo)
        swept ??= removeLeftovers()
        await swept
      }
    },
  }
}

const fileName = new RegExp(`^(${identityPattern})\\.\\d+$`)

const writerOf = (name: string): string | null => fileName.exec(name)?.[1] ?? null
