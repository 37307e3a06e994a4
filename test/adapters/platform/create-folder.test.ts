import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { openDiskCache } from '../../../src/adapters/cache/disk/open-disk-cache.ts'
import { createFolder, createFolderSync } from '../../../src/adapters/platform/create-folder.ts'
import { left } from '../../support/expect-right.ts'
import { silentLog } from '../../support/recording-log.ts'

/** Creates a folder in one of two ways. The synchronous one rejects here, too. */
const ways = {
  createFolder,
  createFolderSync: async (folder: string) => createFolderSync(folder),
}

describe('a new folder', () => {
  let dir: string
  beforeEach(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'larder-folder-'))
  })
  afterEach(() => rm(dir, { recursive: true }))

  for (const [name, create] of Object.entries(ways)) {
    it(`is created with its parents, for this user only (${name})`, async () => {
      const folder = path.join(dir, 'a', 'b', 'c')
      await Promise.all([create(folder), create(folder), create(path.join(dir, 'a', 'x'))])
      await create(folder)
      expect(await readdir(path.join(dir, 'a'))).to.have.members(['b', 'x'])
      for (const each of ['a', 'a/b', 'a/b/c'])
        expect((await stat(path.join(dir, each))).mode & 0o777).to.equal(0o700)
    })

    it(`is an error where no folder can be created (${name})`, async () => {
      await writeFile(path.join(dir, 'file'), '')
      for (const [folder, code] of [
        ['/proc/larder/x', 'ENOENT'],
        [path.join(dir, 'file'), 'EEXIST'],
        [path.join(dir, 'file', 'x'), 'ENOTDIR'],
      ] as const)
        expect(await create(folder).catch((error) => error)).to.include({ code })
    })
  }

  it('names the topmost folder that was created', async () => {
    await mkdir(path.join(dir, 'a'))
    expect(await createFolder(path.join(dir, 'a', 'b', 'c'))).to.equal(path.join(dir, 'a', 'b'))
    expect(await createFolder(path.join(dir, 'a', 'b', 'c'))).to.equal(null)
  })
})

describe('a cache folder that cannot be created', () => {
  it('is reported, and delays nothing: Node creates no folder below /proc, and never stops trying', async () => {
    const monotonic = () => 0
    const cache = await openDiskCache({
      dir: '/proc/larder-cache',
      clock: () => 0,
      monotonic: monotonic as never,
      log: silentLog,
      scope: '',
      maxBytes: 1e9,
    })
    expect(await left(cache.check)).to.include({ _tag: 'Unavailable' })
    await cache.close()
  })
})
