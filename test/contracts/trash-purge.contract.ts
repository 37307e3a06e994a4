import { expect } from 'chai'
import { E, O } from '../../src/fp.ts'
import { cacheKeys } from '../../src/ports/cache-keys.ts'
import { takenDownPrefix } from '../../src/ports/trash.ts'
import { aNewContentFile, aNewFileJob, aNewImageExport } from '../support/builders.ts'
import { right } from '../support/expect-right.ts'
import { createTrashScene, type TrashSubject } from '../support/trash-scene.ts'

/** What every Trash promises of purged files, and of their bytes. `make` returns an empty library. */
export const trashPurgeContract = (make: () => Promise<TrashSubject>): void => {
  let subject: TrashSubject
  beforeEach(async () => {
    subject = await make()
  })
  const { addImage, addReadyImage, addReadyFilm, remove, restore, jobsOf } = createTrashScene(() => subject)

  it('purges what has expired, and keeps the keys of its objects until they are forgotten', async () => {
    const image = await addReadyImage()
    await right(subject.imageFiles.replaceExports(image.uid, [aNewImageExport({ recipe: 9 })], null))
    const kept = await addReadyImage()
    await remove(kept.uid)
    await remove(image.uid, 'trash', 0)
    expect(await right(subject.trash.isDue)).to.equal(true)
    expect(await right(subject.trash.listExpired(10))).to.deep.equal([image.uid])
    expect((await right(subject.trash.purge(kept.uid))).isPurged).to.equal(false)
    const { isPurged, stale } = await right(subject.trash.purge(image.uid))
    expect(isPurged).to.equal(true)
    expect(stale.names).to.include(cacheKeys.storedFile({ uid: image.exported.file.uid }).name)
    expect((await right(subject.trash.purge(image.uid))).isPurged).to.equal(false)
    expect(await restore(image.uid)).to.equal('missing')
    expect(await right(subject.media.find(image.uid))).to.deep.equal(O.none)
    expect(await jobsOf(image.uid)).to.deep.equal([])
    const keys = await right(subject.trash.listPurgedObjects(image.uid, 10))
    expect(keys).to.have.length(3)
    expect(keys).to.include.members([image.original.key, image.exported.file.key])
    expect(await right(subject.trash.listPurgedObjects(null, 2))).to.have.length(2)
    expect(await right(subject.trash.listPurgedObjects('if_other', 2))).to.deep.equal([])
    await right(subject.trash.forgetPurgedObjects(keys.slice(0, 2)))
    expect(await right(subject.trash.listPurgedObjects(null, 10))).to.deep.equal(keys.slice(2))
    await right(subject.trash.forgetPurgedObjects(keys))
    expect(await right(subject.trash.isDue)).to.equal(false)
    expect(await right(subject.trash.hasDeleted)).to.equal(true)
  })

  it('says how many objects of an erased file are left, and which of them are kept', async () => {
    const film = await addReadyFilm()
    const erasure = () => right(subject.trash.findErasure(film.uid))
    expect(await erasure()).to.deep.equal(O.none)
    await remove(film.uid, 'take down')
    expect(await erasure(), 'not purged yet').to.deep.equal(O.none)
    await remove(film.uid, 'erase')
    const keys = await right(subject.trash.listPurgedObjects(film.uid, 50))
    expect(await erasure()).to.deep.equal(O.some({ left: keys.length, kept: 0 }))
    await right(subject.trash.keepPurgedObjects(keys.slice(0, 1)))
    expect(await erasure()).to.deep.equal(O.some({ left: keys.length - 1, kept: 1 }))
    expect(await right(subject.trash.listPurgedObjects(film.uid, 50))).to.deep.equal(keys.slice(1))
    expect(await right(subject.trash.listPurgedObjects(null, 50))).to.deep.equal(keys.slice(1))
    await right(subject.trash.forgetPurgedObjects(keys.slice(1)))
    expect(await erasure()).to.deep.equal(O.some({ left: 0, kept: 1 }))
    expect(await right(subject.trash.isDue), 'nothing else can be deleted').to.equal(false)
    await right(subject.trash.forgetPurgedObjects(keys))
    expect(await erasure()).to.deep.equal(O.some({ left: 0, kept: 0 }))
    expect(await right(subject.trash.findErasure('if_other'))).to.deep.equal(O.none)
  })

  it('erases at once, and remembers the bytes of what was taken down', async () => {
    const film = await addReadyFilm()
    const { deletions, stale } = await remove(film.uid, 'erase')
    expect(deletions.get(film.uid)?.purgeAfter).to.equal(deletions.get(film.uid)?.deletedAt)
    expect(stale.names).to.include(takenDownPrefix + film.uid)
    expect(await right(subject.media.find(film.uid))).to.deep.equal(O.none)
    const parts = film.exported.parts.map(({ file }) => file.key)
    expect(await right(subject.trash.listPurgedObjects(film.uid, 50))).to.have.members([
      film.original.key,
      ...parts,
    ])
    expect(await right(subject.trash.findTwin(film.sha512))).to.deep.equal(
      O.some({ uid: film.uid, isTakenDown: true }),
    )
    expect(
      (await right(subject.trash.listTakenDown(null, 10))).map(({ blobs }) => blobs.length),
    ).to.deep.equal([1 + parts.length])
    const again = aNewContentFile({ sha512: film.sha512 })
    expect(await right(subject.contentFiles.add(again, aNewFileJob()))).to.equal(false)
  })

  it('finds the twin of bytes in the trash, and accepts them again after a restore', async () => {
    const { uid, sha512 } = await addImage()
    const twin = () => right(subject.trash.findTwin(sha512))
    expect(await twin()).to.deep.equal(O.none)
    await remove(uid)
    expect(await twin()).to.deep.equal(O.some({ uid, isTakenDown: false }))
    await remove(uid, 'take down')
    expect(await twin()).to.deep.equal(O.some({ uid, isTakenDown: true }))
    expect(await right(subject.trash.isInTrash(uid))).to.equal(true)
    await restore(uid)
    expect(await twin()).to.deep.equal(O.none)
    expect(await right(subject.trash.isInTrash(uid))).to.equal(false)
    expect(E.isRight(await subject.trash.isInTrash('no such file')())).to.equal(true)
  })
}
