import { expect } from 'chai'
import { createBudgetedTier } from '../../../src/adapters/cache/disk/budgeted-tier.ts'
import { cacheFolders, cacheIdOf } from '../../../src/adapters/cache/disk/cache-folders.ts'
import { blockBytes, createDiskBudget } from '../../../src/adapters/cache/disk/disk-budget.ts'
import { createDiskLimit } from '../../../src/adapters/cache/disk/disk-limit.ts'
import { constantInvalidationVersions } from '../../../src/adapters/cache/disk/invalidation-versions.ts'
import { createJournal } from '../../../src/adapters/cache/disk/journal.ts'
import {
  createNodePersistTier,
  openNodePersist,
} from '../../../src/adapters/cache/disk/node-persist-cache.ts'
import { createSingleTierCache } from '../../../src/adapters/cache/tiers/cache-tier.ts'
import { localProcessLiveness } from '../../../src/adapters/platform/process-liveness.ts'
import { createAuthorizedRead } from '../../../src/domain/access/authorized-read.ts'
import { createReadThrough } from '../../../src/domain/caching/read-through.ts'
import { O, TE } from '../../../src/fp.ts'
import { cacheKeys } from '../../../src/ports/cache-keys.ts'
import { asMonotonic } from '../../support/as-monotonic.ts'
import { aContentExportUid, aContentFileUid, anImageFileUid } from '../../support/builders.ts'
import { cacheValue } from '../../support/cache-value.ts'
import { right } from '../../support/expect-right.ts'
import { removeScratch, scratchFolder } from '../../support/scratch.ts'

const budgetBlocks = 1000

/** Creates a budget on a disk that removes no file before `open` is called. */
const createSlowDisk = async () => {
  const dir = await scratchFolder()
  const folders = cacheFolders(dir)
  let open: () => void = () => undefined
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  const removing = { now: 0, most: 0 }
  const journal = createJournal(folders.journal, folders.newJournal, localProcessLiveness)
  const budget = createDiskBudget({
    folders,
    maxBytes: budgetBlocks * blockBytes,
    limit: createDiskLimit({
      maxBlocks: budgetBlocks,
      monotonic: asMonotonic(() => 0),
      onLowered: () => undefined,
    }),
    journal,
    onEvicted: () => undefined,
    onFailure: (cause) => {
      throw cause
    },
    remove: async () => {
      removing.now++
      removing.most = Math.max(removing.most, removing.now)
      await gate
      removing.now--
    },
  })
  const values = createBudgetedTier(
    createNodePersistTier(openNodePersist(folders.values), '', constantInvalidationVersions),
    folders,
    budget,
  )
  /** Fills the budget with entries of one block, and adds a large entry that evicts half of them. */
  const overfill = () => {
    for (let n = 0; n < budgetBlocks; n++) budget.recordStored(cacheIdOf(`small ${n}`), 1, 'value')
    budget.recordStored(cacheIdOf('large'), (budgetBlocks / 10) * blockBytes, 'blob')
  }
  return {
    budget,
    cache: createSingleTierCache(values, () => 0),
    overfill,
    removing,
    open: () => open(),
    journal,
  }
}

describe('[V25] an eviction of the disk cache', () => {
  after(removeScratch)

  it('does not block sets, deletes and loads of values', async () => {
    const { budget, cache, overfill, removing, open, journal } = await createSlowDisk()
    overfill()
    const set = cacheKeys.imagePlaylist({ uid: anImageFileUid() })
    // None of these would return if it waited for the gate.
    await right(cacheValue(cache, set, 'body'))
    await right(cache.delete(set))
    const list = cacheKeys.webPlaylist({ uid: aContentFileUid() })
    expect((await right(createReadThrough(cache)(list, TE.right('list')))).value).to.equal('list')
    const meta = { contentFileUid: aContentFileUid(), height: 720 }
    const owned = createAuthorizedRead(cache)(
      cacheKeys.vodMeta({ uid: aContentExportUid() }),
      TE.right(O.some(meta)),
      () => TE.right(true),
    )
    expect((await right(owned)).value).to.deep.equal(meta)

    open()
    await budget.settled()
    expect(budget.usage().bytes).to.be.at.most(budgetBlocks * blockBytes)
    expect(removing).to.deep.equal({ now: 0, most: 32 })
    await journal.close()
  })

  it('rejects new entries while the budget is far exceeded', async () => {
    const { budget, overfill, open, journal } = await createSlowDisk()
    overfill()
    expect(budget.accepts(1)).to.equal(true)
    for (let n = 0; n < 4; n++) overfill()
    for (let n = 0; n < 3; n++)
      budget.recordStored(cacheIdOf(`large ${n}`), (budgetBlocks / 10) * blockBytes, 'blob')
    expect(budget.accepts(1)).to.equal(false)
    open()
    await budget.settled()
    expect(budget.accepts(1)).to.equal(true)
    await journal.close()
  })
})
