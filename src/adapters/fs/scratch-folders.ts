import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isLeftover } from '../platform/leftovers.ts'
import { identityPattern, type ProcessIdentity, type ProcessState } from '../platform/process-identity.ts'

// A scratch folder is named `{identity}-{six letters}` after the process that created it.

/**
 * Matches the names of scratch folders. Earlier releases named them `{pid}-{start}-{six letters}`, without
 * the machine.
 */
const scratchName = new RegExp(`^(?:(${identityPattern})|\\d+-\\d+)-\\w{6}$`)

/** Creates an empty folder that only this user can read. */
export const createScratchFolder = (scratchDir: string, identity: ProcessIdentity): Promise<string> =>
  mkdtemp(join(scratchDir, `${identity}-`))

/** Removes the scratch folders of processes that have ended. */
export const removeOrphanedScratchFolders = async (
  scratchDir: string,
  stateOf: (identity: ProcessIdentity) => ProcessState,
): Promise<void> => {
  for (const name of await readdir(scratchDir)) {
    const match = scratchName.exec(name)
    if (match === null) continue
    const path = join(scratchDir, name)
    if (await isLeftover(path, match[1] ?? null, stateOf)) await rm(path, { recursive: true, force: true })
  }
}
