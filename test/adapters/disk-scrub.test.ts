import { expect } from 'chai'
import { cacheFolders, idOf } from '../../src/adapters/disk/cache-folders.ts'
import { createDiskBudget } from '../../src/adapters/disk/disk-budget.ts'
import { createDiskLimit } from '../../src/adapters/disk/disk-limit.ts'
import { createJournal } from '../../src/adapters/disk/journal.ts'
import { createStorage } from '../../src/adapters/disk/node-persist-cache.ts'
import { createScrub } from '../../src/adapters/disk/scrub.ts'
import { createTrust, type Trust } from '../../src/adapters/disk/trusted-chunks.ts'
import { noBeacon } from '../../src/adapters/platform/process-beacon.ts'
import { asMonotonic } from '../support/as-monotonic.ts'
import { aBlobKey, blobBytes, createDiskCaches, keepBlob } from '../support/disk-caches.ts'
import { removeScratch, scratchFolder } from '../support/scratch.ts'

const count = 12
const budgetBytes = 2 ** 30

describe('[V29] the scrub of the disk cache', () => {
  const caches = createDiskCaches()
  after(removeScratch)

  /** A scrub of a folder with so many blobs. */
  const make = async (trust: (verified: string) => Trust) => {
    const dir = await scratchFolder()
    const cache = await caches.open({ dir })
    const keys = Array.from({ length: count }, aBlobKey)
    for (const key of keys) await keepBlob(cache, key, blobBytes)
    await caches.closeAll()
    const folders = cacheFolders(dir)
    const journal = createJournal(folders.journal, folders.newJournal, noBeacon)
    const budget = createDiskBudget({
      folders,
      maxBytes: budgetBytes,
      limit: createDiskLimit({
        maxBlocks: budgetBytes / 4096,
        monotonic: asMonotonic(() => 0),
        onLowered: () => undefined,
      }),
      journal,
      onEvicted: () => undefined,
      onFailure: () => undefined,
    })
    await budget.load()
    await journal.close()
    return createScrub({
      folders,
      storage: createStorage(folders.values),
      policy: budget.policy,
      budget,
      trust: trust(folders.blob(idOf(keys[0]?.name ?? ''))),
      stopped: () => false,
    })
  }

  const scope = { bytesPerSecond: Number.POSITIVE_INFINITY, notWithinMs: 1 }

  it('reads a share at a time, and each blob once in as many rounds as there are shares', async () => {
    const scrub = await make(() => createTrust(asMonotonic(() => 0)))
    const checked: number[] = []
    for (let round = 0; round < 2 * count; round++)
      checked.push((await scrub({ ...scope, share: 1 / count })).checked)
    expect(checked).to.deep.equal(Array.from({ length: 2 * count }, () => 1))
  })

  it('passes over what was verified by a reader not long ago', async () => {
    const scrub = await make((verified) => ({
      ...createTrust(asMonotonic(() => 0)),
      isVerified: (path) => path === verified,
    }))
    expect(await scrub({ ...scope, share: 1 })).to.deep.equal({ checked: count - 1, bad: 0 })
  })
})
