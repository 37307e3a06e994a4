import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createFolder } from '../platform/create-folder.ts'
import { isLeftover } from '../platform/leftovers.ts'
import { identityPattern } from '../platform/process-identity.ts'
import type { ProcessLiveness } from '../platform/process-liveness.ts'

// Number of the next file. All folders of this process share this counter, so that a file name is never used
// twice.
let fileCount = 0

/** A folder of files that are not completely written yet. */
type IncomingFolder = {
  /**
   * Runs `work` with the path of a file that does not exist yet. Afterwards removes the file, if it exists.
   */
  readonly withNewFile: <A>(work: (path: string) => Promise<A>) => Promise<A>
}

/**
 * Opens a folder of incomplete files, which any number of processes can share. A file is named
 * `{identity}.{number}` after the process that writes it. So leftovers of a killed process can be
 * distinguished from files of a running one. Leftovers are removed after the first new file.
 */
export const createIncomingFolder = (dir: string, liveness: ProcessLiveness): IncomingFolder => {
  let swept: Promise<void> | null = null

  const removeLeftovers = async (): Promise<void> => {
    for (const name of await readdir(dir).catch(() => [])) {
      const path = join(dir, name)
      // Leftovers only use disk space, so a failure to remove one is ignored.
      if (await isLeftover(path, writerOf(name), liveness.stateOf))
        await rm(path, { force: true, recursive: true }).catch(() => undefined)
    }
  }

  return {
    withNewFile: async (work) => {
      await createFolder(dir)
      const { identity, release } = await liveness.announce()
      const path = join(dir, `${identity}.${fileCount++}`)
      try {
        return await work(path)
      } finally {
        await rm(path, { force: true }).finally(release)
        swept ??= removeLeftovers()
        await swept
      }
    },
  }
}

const fileName = new RegExp(`^(${identityPattern})\\.\\d+$`)

const writerOf = (name: string): string | null => fileName.exec(name)?.[1] ?? null
