import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFsIncomingFiles } from '../../src/adapters/fs/fs-incoming-files.ts'
import { TE } from '../../src/fp.ts'
import type { IncomingFiles } from '../../src/ports/incoming-files.ts'

/** A folder of incoming files for the tests of a suite. Each test has an empty one. */
export const createTemporaryIncoming = () => {
  let folder = ''
  let free: number | null = null

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'larder-incoming-'))
    free = null
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  return {
    path: () => folder,
    /** Sets the free space that the disk reports (bytes). */
    setFree: (bytes: number): void => {
      free = bytes
    },
    adapters: async (): Promise<{ readonly incoming: IncomingFiles }> => {
      const incoming = createFsIncomingFiles(folder, Date.now)
      const reported: IncomingFiles['free'] = () => (free === null ? incoming.free() : TE.right(free)())
      return { incoming: { ...incoming, free: reported } }
    },
  }
}
