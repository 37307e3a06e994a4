import { expect } from 'chai'
import { createMemoryObjectStore } from '../../../src/adapters/memory/memory-object-store.ts'
import { createMemoryStoredFileRepository } from '../../../src/adapters/memory/memory-stored-file-repository.ts'
import { unavailable } from '../../../src/domain/shared/errors.ts'
import { libraryMarkKey } from '../../../src/domain/sweep/sweep-rules.ts'
import { E, O, TE } from '../../../src/fp.ts'
import type { MonotonicMs } from '../../../src/ports/monotonic.ts'
import type { ObjectStore } from '../../../src/ports/object-store.ts'
import { aNewFileJob, aNewImageExport, aNewImageFile } from '../../support/builders.ts'
import { right } from '../../support/expect-right.ts'
import { seedFilm, seedImage } from '../../support/library.ts'
import { createMemoryLarder, createStandingClock } from '../../support/memory-larder.ts'
import { keysIn, neverAborted, putText } from '../../support/sweep-scene.ts'

const libraryUid = 'lib_00000000000000000000000000000000'

describe('the sweep of the trash', () => {
  const create = async (
    answerOf: (key: string) => E.Either<ReturnType<ReturnType<typeof unavailable>>, void> | null,
  ) => {
    const { clock, advance } = createStandingClock()
    const memory = createMemoryObjectStore(clock)
    const deleted: string[] = []
    const store: ObjectStore = {
      ...memory,
      delete: (key) => async () => {
        const answer = answerOf(key)
        if (answer !== null) return answer
        deleted.push(key)
        return memory.delete(key)()
      },
    }
    const larder = await createMemoryLarder({ clock, store })
    return { larder, store, advance, deleted }
  }
  const nothingFails = () => null

  it('purges what has expired, and nothing else, once', async () => {
    const { larder, store, advance, deleted } = await create(nothingFails)
    const [old, young, kept] = [await seedImage(larder), await seedImage(larder), await seedImage(larder)]
    await right(larder.trashService.delete(old.uid, 'trash'))
    advance(604_000)
    await right(larder.trashService.delete(young.uid, 'trash'))
    advance(1000)
    const run = () => right(larder.trashSweep.run(neverAborted))
    // The original of a seeded image is in no store.
    expect(await run()).to.deep.equal(O.some({ files: 1, objects: 2 }))
    expect(await run()).to.deep.equal(O.some({ files: 0, objects: 0 }))
    expect(deleted).to.include(old.exports[0]?.file.key)
    const keys = await keysIn(store, 's3_files/')
    expect(keys).to.include.members([young.exports[0]?.file.key, kept.exports[0]?.file.key])
    expect(await right(larder.media.find(old.uid))).to.deep.equal(O.none)
  })

  it('leaves the keys of objects of which the store did not say that they are deleted, and goes on later', async () => {
    let isAway = true
    const { larder, store } = await create(() =>
      isAway ? E.left(unavailable('object store')('away')) : null,
    )
    const { uid, exports } = await seedImage(larder)
    const deleted = await right(larder.trashService.delete(uid, 'erase'))
    expect(deleted.isErased).to.equal(false)
    expect(await right(larder.media.find(uid))).to.deep.equal(O.none)
    expect(await right(larder.trashService.findErasure(uid))).to.deep.equal({ left: 2, kept: 0 })
    expect(E.isLeft(await larder.trashSweep.run(neverAborted)())).to.equal(true)
    isAway = false
    expect(await right(larder.trashSweep.run(neverAborted))).to.deep.equal(O.some({ files: 0, objects: 2 }))
    expect(await keysIn(store, 's3_files/')).not.to.include(exports[0]?.file.key)
    expect(await right(larder.trashService.findErasure(uid))).to.deep.equal({ left: 0, kept: 0 })
    expect(await right(larder.trash.isDue)).to.equal(false)
  })

  it('deletes objects of one file no longer than it may, and remembers which are left', async () => {
    let now = 0
    let deletes = 0
    const { clock } = createStandingClock()
    const memory = createMemoryObjectStore(clock)
    const store: ObjectStore = {
      ...memory,
      delete: (key) => async () => {
        deletes += 1
        now += 1000
        return memory.delete(key)()
      },
    }
    const larder = await createMemoryLarder({ clock, monotonic: () => now as MonotonicMs, store })
    const { uid } = await seedImage(
      larder,
      Array.from({ length: 40 }, (_, n) => Buffer.from(`export ${n}`)),
    )
    expect((await right(larder.trashService.delete(uid, 'erase'))).isErased).to.equal(false)
    expect(deletes).to.equal(8)
    expect(await right(larder.trash.listPurgedObjects(uid, 100))).to.have.length(41 - 8)
    expect(await right(larder.trashSweep.run(neverAborted))).to.deep.equal(O.some({ files: 0, objects: 33 }))
  })

  it('answers in time that objects may be left, also if the store does not answer', async () => {
    const { clock } = createStandingClock()
    const memory = createMemoryObjectStore(clock)
    const never = () => new Promise<never>(() => undefined)
    for (const silent of [{ delete: () => never }, { read: () => never }]) {
      const larder = await createMemoryLarder({ clock, store: { ...memory, ...silent } })
      const { uid } = await seedImage(larder)
      expect((await right(larder.trashService.delete(uid, 'erase', 20))).isErased).to.equal(false)
      expect(await right(larder.trashService.findErasure(uid))).to.deep.equal({ left: 2, kept: 0 })
    }
  })

  it('deletes nothing from a store of another library', async () => {
    const { larder, store, advance, deleted } = await create(nothingFails)
    const { uid } = await seedImage(larder)
    const erased = await seedImage(larder)
    await putText(store, libraryMarkKey, 'lib_another')
    await right(larder.trashService.delete(uid, 'trash'))
    expect(await right(larder.trashService.delete(erased.uid, 'erase'))).to.include({
      isErased: false,
      refused: 'foreign',
    })
    advance(700_000)
    expect(await right(larder.trashSweep.run(neverAborted))).to.deep.equal(
      O.some({ refused: { result: 'foreign', other: 'lib_another', ours: libraryUid } }),
    )
    expect(deleted).to.deep.equal([])
    expect(O.isSome(await right(larder.media.find(uid)))).to.equal(true)
    await putText(store, libraryMarkKey, libraryUid)
    expect(await right(larder.trashSweep.run(neverAborted))).to.deep.equal(O.some({ files: 1, objects: 4 }))
  })

  it('does not say that a file is erased of which it keeps an object, whose key is none of Larder’s', async () => {
    const { larder, deleted } = await create(nothingFails)
    const file = { ...aNewImageExport().file, key: 'films/by-hand.webp' }
    const image = aNewImageFile()
    await right(larder.imageFiles.add(image, aNewFileJob()))
    await right(larder.imageFiles.addExports(image.uid, [aNewImageExport({ file })], null))
    expect((await right(larder.trashService.delete(image.uid, 'erase'))).isErased).to.equal(false)
    expect(await right(larder.trashService.findErasure(image.uid))).to.deep.equal({ left: 0, kept: 1 })
    expect(await right(larder.trashSweep.run(neverAborted))).to.deep.equal(O.some({ files: 0, objects: 0 }))
    expect(deleted).to.deep.equal([image.original.key])
  })

  it('asks and marks no store if nothing but a grace has ended', async () => {
    const { larder, store, advance } = await create(nothingFails)
    const { uid } = await seedFilm(larder)
    await right(larder.trashService.delete(uid, 'trash'))
    await putText(store, libraryMarkKey, 'lib_another')
    advance(601_000)
    expect(await right(larder.trash.isDue)).to.equal(true)
    expect(await right(larder.trashSweep.run(neverAborted))).to.deep.equal(O.some({ files: 0, objects: 0 }))
    expect(await right(larder.trash.isDue)).to.equal(false)
    expect(await right(larder.storedFiles.storeMarks)).to.deep.equal([])
  })

  it('stops between two files, and goes on with the next run', async () => {
    const { larder, advance } = await create(nothingFails)
    for (let n = 0; n < 3; n += 1) {
      const { uid } = await seedImage(larder)
      await right(larder.trashService.delete(uid, 'trash'))
    }
    advance(700_000)
    const stopping = new AbortController()
    stopping.abort()
    expect(E.isLeft(await larder.trashSweep.run(stopping.signal)())).to.equal(true)
    expect(await right(larder.trashSweep.run(neverAborted))).to.deep.equal(O.some({ files: 3, objects: 6 }))
  })

  it('is run by one process at a time, and only if something is due', async () => {
    const { clock } = createStandingClock()
    let locked = 0
    const larder = await createMemoryLarder({
      clock,
      storedFiles: createMemoryStoredFileRepository(libraryUid, () => true),
      locks: {
        tryWith: () => {
          locked += 1
          return TE.right(O.none)
        },
        ask: () => TE.right(undefined),
        oldestHolderAge: TE.right(0),
      },
    })
    await right(larder.trashSweep.run(neverAborted))
    expect(locked).to.equal(0)
    const { uid } = await seedImage(larder)
    await right(larder.trash.delete([uid], 'erase', 0))
    expect(await right(larder.trashSweep.run(neverAborted))).to.deep.equal(O.none)
    expect(locked).to.equal(1)
  })
})
