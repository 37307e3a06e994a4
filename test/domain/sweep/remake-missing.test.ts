import { expect } from 'chai'
import { type Remake, remakeMissing } from '../../../src/domain/sweep/remake-missing.ts'
import { right } from '../../support/expect-right.ts'
import { seedImage } from '../../support/library.ts'
import { createMemoryLarder } from '../../support/memory-larder.ts'
import { neverAborted } from '../../support/sweep-scene.ts'

describe('exports whose objects are missing', () => {
  it('are queued, and counted also where a job waits, but not for a file that is deleted meanwhile', async () => {
    const larder = await createMemoryLarder()
    const files = [await seedImage(larder), await seedImage(larder), await seedImage(larder)]
    const [queued, waiting, deleted] = files.map(({ uid }) => uid)
    const jobs = await right(larder.jobs.list({ state: 'waiting', kind: null, media: null }, 10, null))
    for (const { uid, media } of jobs.items) if (media.uid !== waiting) await right(larder.jobs.cancel(uid))
    const missing = files.flatMap(({ uid, exports }) =>
      exports.map(({ file }) => {
        const use = { key: file.key, size: file.size, uid, kind: 'image' as const, isOriginal: false }
        return { ...use, found: null }
      }),
    )
    // The deletion arrives after the sweep has read its rows.
    const remake: Remake = (uid) => async () => {
      if (uid === deleted) await right(larder.trashService.delete(uid, 'trash'))
      return larder.requestExports(uid, 'all')()
    }
    expect(await right(() => remakeMissing({ remake, trash: larder.trash }, missing, neverAborted))).to.equal(
      2,
    )
    const { items } = await right(larder.jobs.list({ state: 'waiting', kind: null, media: null }, 10, null))
    expect(items.map(({ media }) => media.uid)).to.have.members([queued, waiting])
  })
})
