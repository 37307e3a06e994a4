import { join } from 'node:path'
import { loadSettings } from '../../src/composition/load-settings.ts'
import { withNewLibrary } from '../../src/composition/with-services.ts'
import { E } from '../../src/fp.ts'
import { right } from '../../test/support/expect-right.ts'
import type { Peer } from '../peers/peer.ts'
import type { Lab } from './lab.ts'

/** Creates a library in `dataDir`, unless it is there. Returns the id token of an admin. */
export const createLibraryWithAdmin = async (dataDir: string): Promise<string> => {
  const config = loadSettings({ DATA_DIR: dataDir })
  if (E.isLeft(config)) throw new Error(config.left.join('\n'))
  return withNewLibrary(config.right, async ({ database, admins }) => {
    await right(database.migrate)
    await right(admins.setAdmin('ann', true))
    return right(admins.mintIdToken('ann'))
  })
}

type WithAdmin = { readonly larder: Peer; readonly authorization: string }

/**
 * Starts a server on the library in a folder `name` of the lab, which is made unless it is there. Returns it with the
 * token of an admin.
 */
export const startWithAdmin = async (
  { folder, start }: Lab,
  name: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<WithAdmin> => {
  const dataDir = join(folder, name)
  const jwt = await createLibraryWithAdmin(dataDir)
  return { larder: await start({ DATA_DIR: dataDir, ...environment }), authorization: `bearer ${jwt}` }
}
