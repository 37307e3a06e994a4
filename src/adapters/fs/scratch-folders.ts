import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isLeftover } from '../platform/leftovers.ts'
import { identityPattern, type ProcessIdentity, type ProcessState } from '../platform/process-identity.ts'

// A scratch folder is named `{identity}-{six letters}` after the process that made it.

/** Earlier releases named it `{pid}-{start}-{six letters}`, which does not say on which machine. */
const scratchName = new RegExp(`^(?:(${identityPattern})|\\d+-\\d+)-\\w{6}$`)

/** A new empty folder that only this user may read. */
export const makeScratchFolder = (scratchDir: string, identity: ProcessIdentity): Promise<string> =>
  mkdtemp(join(scratchDir, `${identity}-`))

/** Removes the folders that processes left behind. */
export const removeOrphans = async (
  scratchDir: string,
  stateOf: (identity: ProcessIdentity) => ProcessState,
): Promise<void> => {
  for (const name of await readdir(scratchDir)) {
    const found = scratchName.exec(name)
    if (found === null) continue
    const path = join(scratchDir, name)
    if (await isLeftover(path, found[1] ?? null, stateOf)) await rm(path, { recursive: true, force: true })
  }
}
