import { expect } from 'chai'
import { removeScratch } from '../../support/scratch.ts'
import { runOnSmallDisk } from '../../support/small-disks.ts'

describe('[V29] a disk of 8 MB', () => {
  after(removeScratch)

  const trials = [
    [
      'cache full by others',
      'that is full of other things is told of, and the cache is well again when there is room',
    ],
    [
      'cache full by others, memory in front',
      'that is full costs one GET a request, with memory in front, too',
    ],
    ['cache full by itself', 'holds what was asked for last, however large CACHE_MAX_BYTES is'],
    ['data full', 'that is full of objects takes no more, leaves nothing behind, and serves what it has'],
  ] as const

  for (const [scenario, promise] of trials)
    it(promise, async () => {
      expect(await runOnSmallDisk('small-disk-worker.ts', scenario)).to.equal('')
    })
})
