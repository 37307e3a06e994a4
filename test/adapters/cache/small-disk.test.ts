import { expect } from 'chai'
import { removeScratch } from '../../support/scratch.ts'
import { runOnSmallDisk } from '../../support/small-disks.ts'

describe('[V29] a disk of 8 MB', () => {
  after(removeScratch)

  const trials = [
    [
      'cache full by others',
      'that is full of other files is reported, and the cache recovers when there is room',
    ],
    [
      'cache full by others, memory in front',
      'that is full costs one GET a request, also with memory in front',
    ],
    ['cache full by itself', 'keeps the latest blobs, however large CACHE_MAX_BYTES is'],
    [
      'data full',
      'that is full of objects accepts no more, leaves nothing behind, and serves existing objects',
    ],
  ] as const

  for (const [scenario, promise] of trials)
    it(promise, async () => {
      expect(await runOnSmallDisk('small-disk-worker.ts', scenario)).to.equal('')
    })
})
