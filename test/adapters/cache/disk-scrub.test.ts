import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { expect } from 'chai'
import { createBlobRemover } from '../../../src/adapters/cache/disk/blob-remover.ts'
import { cacheFolders, cacheIdOf } from '../../../src/adapters/cache/disk/cache-folders.ts'
import { createCachedBlobRecords } from '../../../src/adapters/cache/disk/disk-blob-storage.ts'
import { createDiskBudget } from '../../../src/adapters/cache/disk/disk-budget.ts'
import { createDiskLimit } from '../../../src/adapters/cache/disk/disk-limit.ts'
import { createJournal } from '../../../src/adapters/cache/disk/journal.ts'
import { openNodePersist } from '../../../src/adapters/cache/disk/node-persist-cache.ts'
import { createScrub } from '../../../src/adapters/cache/disk/scrub.ts'
import { createSharedFiles } from '../../../src/adapters/cache/disk/shared-files.ts'
import {
  type ChunkVerification,
  createChunkVerification,
} from '../../../src/adapters/cache/disk/verified-chunks.ts'
import { localProcessLiveness } from '../../../src/adapters/platform/process-liveness.ts'
import { asMonotonic } from '../../support/as-monotonic.ts'
import { aBlobKey, blobBytes, cacheBlob, createDiskCaches } from '../../support/disk-caches.ts'
import { removeScratch, scratchFolder } from '../../support/scratch.ts'

const count = 12
const budgetBytes = 2 ** 30

describe('[V29] the scrub of the disk cache', () => {
  const caches = createDiskCaches()
  after(removeScratch)

  /** Creates the scrub of a folder with `count` blobs. */
  const make = async (
    trust: (verified: string) => ChunkVerification,
    beforeRemoval = (_path: string) => {},
  ) => {
    const dir = await scratchFolder()
    const cache = await caches.open({ dir })
    const keys = Array.from({ length: count }, aBlobKey)
    for (const key of keys) await cacheBlob(cache, key, blobBytes)
    await caches.closeAll()
    const folders = cacheFolders(dir)
    const journal = createJournal(folders.journal, folders.newJournal, localProcessLiveness)
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
    const verified = trust(folders.blob(cacheIdOf(keys[0]?.name ?? '')))
    return createScrub({
      folders,
      storage: openNodePersist(folders.values),
      policy: {
        ...budget.policy,
        flagsOf: (id) => {
          beforeRemoval(folders.blob(Buffer.from(id).toString('hex')))
          return budget.policy.flagsOf(id)
        },
      },
      trust: verified,
      remover: createBlobRemover({
        folders,
        budget,
        trust: verified,
        files: createSharedFiles(),
        cachedRecords: createCachedBlobRecords(),
      }),
      stopped: () => false,
    })
  }

  const scope = { bytesPerSecond: Number.POSITIVE_INFINITY, notWithinMs: 1 }

  it('reads one share of the blobs in each round, and each blob once in a cycle', async () => {
    const scrub = await make(() => createChunkVerification(asMonotonic(() => 0)))
    const checked: number[] = []
    for (let round = 0; round < 2 * count; round++)
      checked.push((await scrub({ ...scope, share: 1 / count })).checked)
    expect(checked).to.deep.equal(Array.from({ length: 2 * count }, () => 1))
  })

  it('skips blobs that a reader verified recently', async () => {
    const scrub = await make((verified) => ({
      ...createChunkVerification(asMonotonic(() => 0)),
      isVerified: (path) => path === verified,
    }))
    expect(await scrub({ ...scope, share: 1 })).to.deep.equal({ checked: count - 1, bad: 0 })
  })

  it('[S9] keeps a file that replaced a damaged one during the scrub', async () => {
    const paths: string[] = []
    const scrub = await make(
      (path) => {
        writeFileSync(
          path,
          blobBytes.map((byte) => byte ^ 1),
        )
        return createChunkVerification(asMonotonic(() => 0))
      },
      (path) => {
        paths.push(path)
        writeFileSync(`${path}.new`, blobBytes)
        renameSync(`${path}.new`, path)
      },
    )
    expect(await scrub({ ...scope, share: 1 })).to.deep.equal({ checked: count, bad: 0 })
    expect(paths.map((path) => readFileSync(path).equals(blobBytes))).to.deep.equal([true])
  })
})
