import { expect } from 'chai'
import type { Knex } from 'knex'
import { createFsObjectStore } from '../../src/adapters/fs/fs-object-store.ts'
import { localProcessLiveness } from '../../src/adapters/platform/process-liveness.ts'
import { createS3ObjectStore } from '../../src/adapters/s3/s3-object-store.ts'
import type { Larder } from '../../src/composition/larder.ts'
import { O } from '../../src/fp.ts'
import type { ObjectStore } from '../../src/ports/object-store.ts'
import { right } from '../support/expect-right.ts'
import { seedImage } from '../support/library.ts'
import { knexAdapters } from '../support/library-instance.ts'
import { createMemoryLarder } from '../support/memory-larder.ts'
import { withDatabase } from '../support/postgres.ts'
import { openS3Target } from '../support/s3-target.ts'
import { removeScratch, scratchFolder } from '../support/scratch.ts'
import { keysIn, neverAborted } from '../support/sweep-scene.ts'

const stores: Readonly<Record<string, () => Promise<{ store: ObjectStore; close: () => Promise<void> }>>> = {
  'a folder': async () => ({
    store: createFsObjectStore(await scratchFolder(), localProcessLiveness),
    close: removeScratch,
  }),
  'a bucket': async () => {
    const target = await openS3Target()
    const opened = createS3ObjectStore({ ...target.options, prefix: 'media/' })
    return {
      store: opened.store,
      close: async () => {
        opened.close()
        await target.close()
      },
    }
  },
}

for (const [name, open] of Object.entries(stores))
  describe(`an older copy of the database in front of ${name}`, () => {
    const database = withDatabase()
    let store: ObjectStore
    let close: () => Promise<void>

    before(async () => {
      ;({ store, close } = await open())
    })
    after(() => close())

    const larderOn = (db: Knex) => createMemoryLarder({ ...knexAdapters(db), store, clock: Date.now })
    const expire = (db: Knex) =>
      db.raw(`update image_files set purge_after = now() - interval '1 second' where deleted_at is not null`)
    /** Seeded originals are in no store, so the sweep is braked: it has claimed the store before. */
    const sweepBy = async ({ sweep }: Larder) =>
      expect(await right(sweep('within limits', neverAborted))).to.include({ result: 'braked' })
    const displaced = { result: 'displaced' }

    it('deletes nothing of what the newer one has, until it takes the store over', async () => {
      let real = await larderOn(database.knex())
      const image = await seedImage(real)
      await sweepBy(real)
      await right(real.trashService.delete(image.uid, 'trash'))
      const copy = await database.copy()
      real = await larderOn(database.knex())
      await right(real.trashService.restore(image.uid))
      const later = await seedImage(real)
      await sweepBy(real)

      const old = await larderOn(copy)
      await expire(copy)
      const keys = await keysIn(store, 's3_files/')
      for (let n = 0; n < 2; n += 1) {
        const run = await right(old.trashSweep.run(neverAborted))
        expect(O.toNullable(run)).to.deep.nested.include({ 'refused.result': 'displaced' })
        for (const mode of ['within limits', 'repair', 'dry run'] as const)
          expect(await right(old.sweep(mode, neverAborted))).to.include(displaced)
      }
      expect(await keysIn(store, 's3_files/')).to.deep.equal(keys)
      expect(keys).to.include.members([image, later].map(({ exports }) => exports[0]?.file.key))
      await sweepBy(real)

      // What an admin erases loses its rows in the older database, and its objects once that has the store.
      const kept = await keysIn(store, 's3_files/')
      expect(await right(old.trashService.delete(image.uid, 'erase'))).to.deep.include({
        isErased: false,
        refused: 'displaced',
      })
      expect(await right(old.media.find(image.uid))).to.deep.equal(O.none)
      expect(await right(old.trashService.findErasure(image.uid))).to.deep.equal({ left: 2, kept: 0 })
      expect(O.toNullable(await right(old.trashSweep.run(neverAborted)))).to.have.property('refused')
      expect(await keysIn(store, 's3_files/')).to.deep.equal(kept)
      expect(await right(old.sweep('adopt', neverAborted))).to.include({ result: 'adopted' })
      expect(await right(old.sweep('dry run', neverAborted))).to.include({ result: 'looked' })
      expect(await right(real.sweep('repair', neverAborted))).to.include(displaced)
      expect(await keysIn(store, 's3_files/')).to.deep.equal(kept)
      expect(O.toNullable(await right(old.trashSweep.run(neverAborted)))).to.include({ objects: 2 })
      expect(await right(old.trashService.findErasure(image.uid))).to.deep.equal({ left: 0, kept: 0 })
      expect(await keysIn(store, 's3_files/')).not.to.include(image.exports[0]?.file.key)
      expect(await keysIn(store, 's3_files/')).to.include(later.exports[0]?.file.key)
    })
  })
